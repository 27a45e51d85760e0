"""Match records that no exact identifier ties: a step of its own between staging and identity.

The model is trained seldom: first when there are enough records, again when they have doubled or
the comparisons changed. It is kept with its parameters as JSON under its version. Pairs are kept as
Parquet under the hash of what was compared, so the same records are never compared twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from extract.lake import committed

MIN_RECORDS = 300  # with fewer, maximisation learns the exceptions
GROWN = 2.0
KEEP_ABOVE = 0.05  # pairs less likely than this are nothing that a person could decide


@dataclass(frozen=True, slots=True)
class Matched:
    """What a matching left: the file of judged pairs, if there was enough to compare."""

    path: Path | None
    records: int = 0
    pairs: int = 0
    is_trained: bool = False


def match_records(
    warehouse: Path, enrichment: Path, now: datetime, apart: Collection[tuple[str, str]] = ()
) -> Matched:
    """Judge the pairs among the build's records; what was judged before is found again."""
    records = records_of(warehouse)
    if records.num_rows < MIN_RECORDS:
        return Matched(None, records.num_rows)
    folder = enrichment / "identity"
    digest = _digest(records, apart)
    model = _current_model(folder / "models", records.num_rows)
    is_trained = model is None
    if model is None:
        model = _trained(records, folder / "models", now)
    path = folder / "pairs" / f"model={model['version']}" / f"{digest}.parquet"
    if not path.exists():
        _write_pairs(records, model, path, now, apart)
    return Matched(path, records.num_rows, pq.read_metadata(path).num_rows, is_trained)


def records_of(warehouse: Path) -> pa.Table:
    """Return the build's records in the order of their keys."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.sql(
            "select record_key as unique_id, source_slug, customer_number, name_key, "
            "email, local_key, phone, handle "
            "from intermediate.int_identity_records order by record_key"
        ).to_arrow_table()


def _digest(records: pa.Table, apart: Collection[tuple[str, str]]) -> str:
    sink = hashlib.sha256(repr(sorted(apart)).encode())
    for column in records.columns:
        sink.update(repr(column.to_pylist()).encode())
    return sink.hexdigest()[:24]


def _current_model(folder: Path, count: int) -> dict[str, Any] | None:
    from ops.identity.model import FEATURES  # noqa: PLC0415  (Splink takes a second)

    known = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    fitting = [one for one in known if one["features"] == FEATURES]
    newest = max(fitting, key=lambda one: (one["records"], one["version"]), default=None)
    return newest if newest and count < GROWN * newest["records"] else None


def _trained(records: pa.Table, folder: Path, now: datetime) -> dict[str, Any]:
    from ops.identity import model as matching  # noqa: PLC0415

    parameters = matching.train(records)
    kept = {
        "version": matching.version_of(parameters),
        "features": matching.FEATURES,
        "trained_at": now.isoformat(),
        "records": records.num_rows,
        "parameters": parameters,
    }
    with committed(folder / f"{kept['version']}.json", now) as file:
        file.write(json.dumps(kept, indent=1, sort_keys=True).encode())
    return kept


def _write_pairs(
    records: pa.Table,
    model: dict[str, Any],
    path: Path,
    now: datetime,
    apart: Collection[tuple[str, str]],
) -> None:
    from ops.identity import guards  # noqa: PLC0415  (scipy)
    from ops.identity import model as matching  # noqa: PLC0415

    pairs = matching.predict(records, model["parameters"], KEEP_ABOVE)
    judged = guards.judge(records, pairs, model["version"], apart=apart)
    with committed(path, now) as file:
        pq.write_table(judged, file, compression="zstd")
