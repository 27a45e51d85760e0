"""A lake of a handful of hand-made rows, in the landed layout, and the vendors' records in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ops.score import write_rows
from ops.scrub import VERSION, scrubbed

Record = dict[str, Any]

MOMENT = pa.timestamp("us", tz="UTC")
KEY_COLUMNS = [
    ("_pk", pa.string()),
    ("_cursor", MOMENT),
    ("_deleted", pa.bool_()),
    ("_extracted_at", MOMENT),
    ("_interval_start", MOMENT),
    ("_interval_end", MOMENT),
    ("_payload_sha", pa.binary(16)),
    ("_error", pa.string()),
]
LANDED = pa.schema([*KEY_COLUMNS, ("_payload", pa.string())])

_PARAM = pa.struct(
    [
        ("key", pa.string()),
        (
            "value",
            pa.struct(
                [
                    ("string_value", pa.string()),
                    ("int_value", pa.int64()),
                    ("float_value", pa.float64()),
                    ("double_value", pa.float64()),
                ]
            ),
        ),
    ]
)
LANDED_EVENTS = pa.schema(
    [
        *KEY_COLUMNS,
        ("event_date", pa.string()),
        ("event_timestamp", pa.int64()),
        ("event_name", pa.string()),
        ("event_params", pa.list_(_PARAM)),
        ("event_value_in_usd", pa.float64()),
        ("event_bundle_sequence_id", pa.int64()),
        ("user_id", pa.string()),
        ("user_pseudo_id", pa.string()),
        ("device", pa.struct([("category", pa.string())])),
        ("traffic_source", pa.struct([("source", pa.string()), ("medium", pa.string())])),
        (
            "collected_traffic_source",
            pa.struct([("manual_source", pa.string()), ("manual_medium", pa.string())]),
        ),
        ("ecommerce", pa.struct([("transaction_id", pa.string())])),
        ("batch_event_index", pa.int64()),
        ("batch_page_id", pa.int64()),
        ("batch_ordering_id", pa.int64()),
    ]
)


def at(text: str) -> datetime:
    """Read a UTC moment: '2026-07-01', '2026-07-01 08:14' or with seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def iso(text: str) -> str:
    """Write a moment as the vendors do."""
    return at(text).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Row:
    """One landed row; the cursor is the moment of the version."""

    key: str
    payload: Record
    cursor: str | None = None
    is_deleted: bool = False
    error: str | None = None


@dataclass
class TinyLake:
    """Accepted files in raw/, under the names that the gate gives them."""

    root: Path
    files: dict[str, list[str]] = field(default_factory=dict)

    def land(
        self,
        name: str,
        rows: list[Row],
        day: str = "2026-07-01",
        days: int = 1,
        extracted_at: str | None = None,
    ) -> Path:
        """Write the file of an interval of a stream ('zendesk.calls'), over an older one if any."""
        start = at(day)
        end = start + timedelta(days=days)
        taken = at(extracted_at) if extracted_at else end + timedelta(minutes=10)
        table = [
            {
                "_pk": row.key,
                "_cursor": at(row.cursor) if row.cursor else None,
                "_deleted": row.is_deleted,
                "_extracted_at": taken,
                "_interval_start": start,
                "_interval_end": end,
                "_payload_sha": hashlib.md5(json.dumps(row.payload).encode()).digest(),  # noqa: S324
                "_error": row.error,
                "_payload": json.dumps(row.payload),
            }
            for row in rows
        ]
        return self._write(name, start, end, pa.Table.from_pylist(table, LANDED))

    def land_events(self, day: str, events: list[Record]) -> Path:
        """Write the GA4 file of a day, over an older one if any."""
        start = at(day)
        end = start + timedelta(days=1)
        table = [
            {
                "_pk": "|".join(str(event[part]) for part in ("user_pseudo_id", "event_timestamp"))
                + f"|{event['event_name']}",
                "_cursor": None,
                "_deleted": False,
                "_extracted_at": end + timedelta(minutes=10),
                "_interval_start": start,
                "_interval_end": end,
                "_payload_sha": hashlib.md5(repr(event).encode()).digest(),  # noqa: S324
                "_error": None,
                "event_date": start.strftime("%Y%m%d"),
                **event,
            }
            for event in events
        ]
        return self._write("ga4.events", start, end, pa.Table.from_pylist(table, LANDED_EVENTS))

    def _write(self, name: str, start: datetime, end: datetime, table: pa.Table) -> Path:
        stamp = "%Y%m%dT%H%M%SZ"
        folder = self.root / "raw" / name.replace(".", "/") / f"dt={start:%Y-%m-%d}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{start:{stamp}}--{end:{stamp}}.parquet"
        pq.write_table(table, path, compression="zstd")
        self.files.setdefault(name, [])
        if str(path) not in self.files[name]:
            self.files[name].append(str(path))
        return path

    def scrub(self, *texts: str) -> None:
        """Keep what the scrubbing step makes of texts, as if a build had read them."""
        shas = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        told = {"text_sha": shas, "text": texts, "phone_country_code": ["31"] * len(texts)}
        folder = self.root / "enrichment" / "scrubbed" / VERSION
        write_rows(scrubbed(pa.table(told)), folder, at("2026-07-01"))

    def take_new_files(self) -> dict[str, list[str]]:
        """Return the files written since the last call, by stream: what a build has to read."""
        taken, self.files = self.files, {}
        return taken


def contact(key: str, created: str, changed: str | None = None, **properties: str | None) -> Row:
    """Make a HubSpot contact; properties by HubSpot's own names."""
    stated = {"createdate": iso(created), "lastmodifieddate": iso(changed or created), **properties}
    return Row(
        key,
        {
            "id": key,
            "properties": {"hs_object_id": key, **stated},
            "createdAt": iso(created),
            "updatedAt": iso(changed or created),
            "archived": False,
        },
        changed or created,
    )


def archived_contact(key: str, created: str, archived: str) -> Row:
    """Make the tombstone of a contact: no e-mail, no phone, no name any more."""
    payload = {
        "id": key,
        "properties": {"createdate": iso(created), "email": None, "hs_object_id": key},
        "createdAt": iso(created),
        "updatedAt": iso(archived),
        "archived": True,
        "archivedAt": iso(archived),
    }
    return Row(key, payload, archived, is_deleted=True)


def deal(
    key: str,
    contact_id: str,
    created: str,
    closed: str | None = None,
    stage: str | None = None,
    amount: str = "120.00",
) -> Row:
    """Make a HubSpot deal of one contact; open unless it has a closing moment and a stage."""
    payload = {
        "id": key,
        "properties": {
            "amount": amount,
            "closedate": iso(closed) if closed else None,
            "createdate": iso(created),
            "dealname": f"Deal {key}",
            "dealstage": stage or "appointmentscheduled",
            "hs_lastmodifieddate": iso(closed or created),
            "pipeline": "default",
        },
        "createdAt": iso(created),
        "updatedAt": iso(closed or created),
        "archived": False,
        "associations": {"contacts": {"results": [{"id": contact_id, "type": "deal_to_contact"}]}},
    }
    return Row(key, payload, closed or created)


def user(key: int, created: str, role: str = "end-user", **fields: str | None) -> Row:
    """Make a Zendesk user."""
    payload = {"id": key, "role": role, "suspended": False, "external_id": None, **fields}
    return Row(
        str(key), {**payload, "created_at": iso(created), "updated_at": iso(created)}, created
    )


def post(key: str, author_id: str, username: str, created: str, text: str = "hello") -> Row:
    """Make a post on X with its author joined in."""
    payload = {
        "id": key,
        "author_id": author_id,
        "author": {"id": author_id, "username": username, "public_metrics": {"followers_count": 5}},
        "created_at": iso(created),
        "conversation_id": key,
        "lang": "en",
        "text": text,
        "public_metrics": {"like_count": 1, "retweet_count": 0, "reply_count": 0, "quote_count": 0},
    }
    return Row(key, payload, created)


def hit(
    client: str,
    session: int,
    when: str,
    name: str = "page_view",
    *,
    customer: str | None = None,
    medium: str = "organic",
) -> Record:
    """Make a GA4 event."""
    micros = int(at(when).timestamp()) * 1_000_000
    return {
        "event_timestamp": micros,
        "event_name": name,
        "event_params": [
            _param("page_location", string="https://www.example.com/pricing"),
            _param("ga_session_id", number=session),
            _param("ga_session_number", number=1),
        ],
        "event_value_in_usd": None,
        "event_bundle_sequence_id": 1,
        "user_id": customer,
        "user_pseudo_id": client,
        "device": {"category": "mobile"},
        "traffic_source": {"source": "google", "medium": medium},
        "collected_traffic_source": {"manual_source": None, "manual_medium": None},
        "ecommerce": None,
        "batch_event_index": 1,
        "batch_page_id": micros // 1000,
        "batch_ordering_id": 1,
    }


def _param(key: str, string: str | None = None, number: int | None = None) -> Record:
    value = {"string_value": string, "int_value": number, "float_value": None, "double_value": None}
    return {"key": key, "value": value}
