"""MetricFlow's semantic models and metrics, made from the definitions of the metrics.

A metric is the mean of a score over rows of one fact. The seed `metric_definitions` says which
fact, which rows, which score and whose day; this writes it down as dbt wants to read it, so that
MetricFlow computes the same number and can split it by whatever the fact holds.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

PAGE = "models/marts/_marts__semantic_models.yml"
HEAD = """\
# Made by `cxw docs` from seeds/metric_definitions.csv; a test keeps it true.
"""
GROUPED_BY = ("_slug", "_type")  # the endings of columns by which a number may be split
CHANNEL = "channel_slug"
BY_DAY = {"time_granularity": "day"}

Definition = Mapping[str, str]


def render(project: Path) -> str:
    """Return the YAML of all semantic models and metrics of a dbt project."""
    by_fact: defaultdict[str, list[Definition]] = defaultdict(list)
    for definition in current_definitions(project / "seeds" / "metric_definitions.csv"):
        by_fact[definition["fact_name"]].append(definition)
    marts = _marts(project)
    told = {
        "version": 2,
        "semantic_models": [
            _channels(marts["dim_channels"]),
            *(_model(marts[fact], given) for fact, given in sorted(by_fact.items())),
        ],
        "metrics": [_metric(one) for _, given in sorted(by_fact.items()) for one in given],
    }
    text: str = yaml.safe_dump(told, sort_keys=False, width=100, allow_unicode=True)
    return HEAD + text


def current_definitions(seed: Path) -> list[Definition]:
    """Return the version in force of each metric, in the order of the seed."""
    found: dict[str, Definition] = {}
    with seed.open(newline="") as lines:
        for row in csv.DictReader(lines):
            known = found.get(row["metric_slug"])
            if known is None or int(known["definition_version"]) < int(row["definition_version"]):
                found[row["metric_slug"]] = row
    return list(found.values())


def _marts(project: Path) -> dict[str, dict[str, Any]]:
    pages = sorted((project / "models" / "marts").rglob("_*__models.yml"))
    return {
        model["name"]: model
        for page in pages
        for model in yaml.safe_load(page.read_text())["models"]
    }


def _model(mart: Mapping[str, Any], definitions: Sequence[Definition]) -> dict[str, Any]:
    noun = mart["name"].partition("_")[2]
    times = list(dict.fromkeys(one["booked_by"] for one in definitions))
    parts = [name for name in _columns(mart) if name.endswith(GROUPED_BY) and name != CHANNEL]
    return {
        "name": noun,
        "model": f"ref('{mart['name']}')",
        "entities": [
            {"name": noun.removesuffix("s"), "type": "primary", "expr": "touchpoint_key"},
            {"name": "channel", "type": "foreign", "expr": CHANNEL},
        ],
        "dimensions": [
            *({"name": name, "type": "time", "type_params": BY_DAY} for name in times),
            *({"name": name, "type": "categorical"} for name in parts),
        ],
        "measures": [
            {
                "name": one["metric_slug"],
                "agg": "average",
                "expr": f"case when {one['counted_sql']} then {one['score_sql']} end",
                "agg_time_dimension": one["booked_by"],
            }
            for one in definitions
        ],
    }


def _channels(mart: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model that all facts join: what a channel is."""
    parts = [name for name in _columns(mart) if name.endswith(GROUPED_BY) and name != CHANNEL]
    return {
        "name": "channels",
        "model": f"ref('{mart['name']}')",
        "entities": [{"name": "channel", "type": "primary", "expr": CHANNEL}],
        "dimensions": [{"name": name, "type": "categorical"} for name in parts],
    }


def _columns(mart: Mapping[str, Any]) -> list[str]:
    return [column["name"] for column in mart["columns"]]


def _metric(definition: Definition) -> dict[str, Any]:
    return {
        "name": definition["metric_slug"],
        "label": definition["metric_name"],
        "description": f"{definition['formula_text']}; {definition['unit_type']}, "
        f"version {definition['definition_version']}. See docs/metrics.md.",
        "type": "simple",
        "type_params": {"measure": definition["metric_slug"]},
    }
