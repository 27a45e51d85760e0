"""What lineage says of the project's own models is what dbt's manifest says."""

from __future__ import annotations

from typing import Any

from ops.lineage_events import of_dbt
from tests.dbt.warehouse import Warehouse

SELECTED = ("stg_operations__extract_attempts", "stg_operations__releases", "fct_releases")


def names(data_sets: list[dict[str, str]]) -> set[str]:
    return {one["name"] for one in data_sets}


def test_models_read_and_write_what_the_manifest_says(warehouse: Warehouse, parsed: Any) -> None:
    result = warehouse.run(*SELECTED)
    assert result.success
    events = of_dbt(list(result.result or ()), parsed)
    manifest = parsed.writable_manifest().to_dict()
    nodes = {node["name"]: node for node in manifest["nodes"].values()}

    def name_of(key: str) -> str:
        if key.startswith("source."):
            return "lake." + ".".join(key.split(".")[-2:])
        return str(manifest["nodes"][key]["relation_name"]).replace('"', "")

    told = {event["job"]["name"].removeprefix("dbt."): event for event in events}
    assert told.keys() == set(SELECTED)
    for model, event in told.items():
        parents = nodes[model]["depends_on"]["nodes"]
        assert parents
        assert names(event["inputs"]) == {name_of(key) for key in parents}
        assert names(event["outputs"]) == {name_of(nodes[model]["unique_id"])}
    for start, end in zip(events[::2], events[1::2], strict=True):
        assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
        assert start["run"]["runId"] == end["run"]["runId"]
