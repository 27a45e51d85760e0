"""Landed files made by hand, so that a test can put one defect into them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extract.lake import landed_path
from extract.rows import LANDED
from extract.source import Window

DAY = Window(datetime(2026, 7, 8, tzinfo=UTC), datetime(2026, 7, 9, tzinfo=UTC))  # a Wednesday
NOW = DAY.end + timedelta(minutes=10)
Row = dict[str, Any]
Change = Callable[[list[Row]], object]


def call(number: int, moment: datetime, **values: Any) -> dict[str, Any]:
    """Return a call as Zendesk Talk tells it, shortened to what the gate reads."""
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "id": number,
        "created_at": stamp,
        "updated_at": stamp,
        "duration": 300,
        "talk_time": 200,
        "hold_time": 0,
        "wrap_up_time": 30,
        "wait_time": 40,
        "time_to_answer": 20,
        **values,
    }


def row_of(record: dict[str, Any], moment: datetime, window: Window) -> Row:
    """Return the landed row of a record."""
    payload = json.dumps(record)
    return {
        "_pk": str(record["id"]),
        "_cursor": moment,
        "_deleted": False,
        "_extracted_at": window.end + timedelta(minutes=5),
        "_interval_start": window.start,
        "_interval_end": window.end,
        "_payload_sha": hashlib.md5(payload.encode(), usedforsecurity=False).digest(),
        "_error": None,
        "_payload": payload,
    }


def calls(count: int, window: Window = DAY, **values: Any) -> list[Row]:
    """Return so many landed calls, spread over the window."""
    step = (window.end - window.start) / max(count, 1)
    moments = [(window.start + step * place).replace(microsecond=0) for place in range(count)]
    return [row_of(call(place, at, **values), at, window) for place, at in enumerate(moments)]


def land(
    lake: Path,
    rows: Sequence[Row],
    *,
    stream: str = "zendesk.calls",
    window: Window = DAY,
    zone: str = "landing",
    schema: pa.Schema | None = None,
    manifest: dict[str, Any] | None = None,
) -> Path:
    """Write a file in the landing format, with the manifest that fits it or with another."""
    source, name = stream.split(".")
    schema = schema or LANDED
    said = {
        "source": source,
        "stream": name,
        "window": window.name,
        "rows": len(rows),
        **(manifest or {}),
    }
    path = landed_path(lake, zone, source, name, window)
    path.parent.mkdir(parents=True, exist_ok=True)
    known = [{name: row[name] for name in schema.names if name in row} for row in rows]
    table = pa.Table.from_pylist(known, schema)
    pq.write_table(table.replace_schema_metadata({"cx_manifest": json.dumps(said)}), path)
    return path


def past_days(lake: Path, counts: Sequence[int], stream: str = "zendesk.calls") -> None:
    """Write accepted files for the days before DAY, the newest count last."""
    for age, count in enumerate(reversed(counts), 1):
        window = Window(DAY.start - timedelta(days=age), DAY.end - timedelta(days=age))
        land(lake, calls(count, window), stream=stream, window=window, zone="raw")
