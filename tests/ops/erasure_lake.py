"""A lake with one person in it, and others who know her: written by the landing itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from extract import find_source
from extract.erased import Guard, without_erased
from extract.lake import land, landed_path
from extract.source import Batch, Window

DAY = Window(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC))
NOW = DAY.end + timedelta(hours=1)
NOON = "2026-07-01T12:00:00Z"

ANN = {
    "hubspot.contacts": {
        "id": "50101",
        "archived": False,
        "properties": {
            "lastmodifieddate": NOON,
            "email": "Ann.Vos@Example.org",
            "phone": "+31 6 5559 6508",
            "customer_number": "cust-50001",
        },
    },
    "zendesk.users": {
        "id": 903451200101,
        "email": "ann.old@example.org",
        "external_id": "cust-50001",
        "updated_at": NOON,
    },
    "zendesk.tickets": {
        "id": 48211,
        "requester_id": 903451200101,
        "generated_timestamp": 1782907200,
        "status": "open",
    },
    "zendesk.calls": {"id": 7610021, "ticket_id": 48211, "updated_at": NOON},
    "zendesk.legs": {"id": 76100212, "call_id": 7610021, "user_id": None, "updated_at": NOON},
    "typeform.responses": {
        "response_id": "d883",
        "submitted_at": NOON,
        "hidden": {"email": "ann.vos@example.org"},
    },
}
OTHERS = {
    "hubspot.contacts": {
        "id": "50102",
        "archived": False,
        "properties": {"lastmodifieddate": NOON, "email": "bob@example.org"},
    },
    "hubspot.companies": {
        "id": "7712",
        "archived": False,
        "properties": {"hs_lastmodifieddate": NOON},
        "associations": {"contacts": {"results": [{"id": "50101"}, {"id": "50102"}]}},
    },
    "zendesk.tickets": {
        "id": 48212,
        "requester_id": 903451200102,
        "generated_timestamp": 1782907200,
        "status": "open",
        "description": 'Please\nann.vos@example.org, +31655596508 or 06-55596508: "call" her',
        "collaborator_ids": [903451200101, 903451200103],
    },
}


def put(
    lake: Path, records: Mapping[str, Any], zone: str = "landing", guard: Guard | None = None
) -> None:
    """Land records by stream as a pull does, and let them into a zone as the gate would."""
    for name, said in records.items():
        source, stream = name.split(".")
        declared = find_source(source).stream(stream)
        rows: Sequence[Any] = said if isinstance(said, list) else [said]
        batch = Batch([msgspec.Raw(json.dumps(row).encode()) for row in rows])
        batches = [batch] if guard is None else without_erased([batch], guard, name, declared)
        land(lake, source, declared, DAY, batches, now=NOW)
        if zone != "landing":
            landed = landed_path(lake, "landing", source, stream, DAY)
            there = landed_path(lake, zone, source, stream, DAY)
            there.parent.mkdir(parents=True, exist_ok=True)
            landed.replace(there)


def both() -> dict[str, list[Any]]:
    """Return the records of everybody, by stream."""
    return {
        name: [part[name] for part in (ANN, OTHERS) if name in part]
        for name in dict.fromkeys((*ANN, *OTHERS))
    }


def payloads(lake: Path) -> dict[str, list[Any]]:
    """Return the records that a lake holds in any zone, by stream."""
    found: dict[str, list[Any]] = {}
    for path in sorted(lake.glob("*/*/*/dt=*/*.parquet")):
        name = ".".join(path.parts[-4:-2])
        rows = pq.read_table(path)["_payload"].to_pylist()
        found.setdefault(name, []).extend(map(json.loads, rows))
    return {name: rows for name, rows in found.items() if rows}
