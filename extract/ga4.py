"""Google Analytics 4: the events of the BigQuery export, read as Parquet files from Cloud Storage.

**What.** One file per report day, `analytics_<property>/events_YYYYMMDD.parquet`; its columns land
as they are, nested. There is no event id: the key is made of seven columns.
**Endpoints.** `GET /storage/v1/b/{bucket}/o?prefix=` and
`GET /download/storage/v1/b/{bucket}/o/{object}?alt=media`; bearer token with read access.
**Paging.** Each day is looked up by its full name, so a list has one entry.
**Limits.** Those of Cloud Storage, far away; 429 and 5xx are tried again.
**Window.** The report days that the window touches, and the three before them; each is one file in
the lake and replaces the one before. Report days are those of the property's time zone.
**Late data.** A day's file is rewritten for up to 72 hours. One that is not there yet gives no rows
and the note `not exported yet`; the next run reads it.
**Quirks.** `events_intraday_` files vanish when their day closes and are never read. The file is
checked for size and MD5 before a row lands. A column of another type, or a missing one, refuses the
file; a new column lands. Hits without consent have no `user_pseudo_id`. The token is used as given:
Google's access tokens live about an hour, so an unattended run needs a fresh one each time.
**Try it.** `cxw extract ga4 events --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from extract.access import Access
from extract.source import Batch, Kind, Settings, Source, Stream, Window

if TYPE_CHECKING:
    import pyarrow as pa

    from extract.http import Client

KEY = (
    "user_pseudo_id",
    "event_timestamp",
    "event_name",
    "event_bundle_sequence_id",
    "batch_page_id",
    "batch_ordering_id",
    "batch_event_index",
)


class Ga4Settings(Settings, frozen=True, kw_only=True):
    """Where the export lies; `base_url` is https://storage.googleapis.com."""

    bucket: str
    property_id: str
    token: str


class Stored(msgspec.Struct, rename="camel"):
    """An object of the bucket."""

    name: str
    size: str
    md5_hash: str


class Objects(msgspec.Struct):
    """A list of objects; without any, the key is absent."""

    items: list[Stored] = []


def access(settings: Ga4Settings) -> Access:
    """Return how the bucket wants to be asked."""
    return Access("ga4", settings.base_url, {"Authorization": f"Bearer {settings.token}"})


def events(client: Client, settings: Ga4Settings, window: Window) -> Iterator[Batch]:
    """Read the file of one report day."""
    from extract import ga4_columns  # noqa: PLC0415  (pyarrow: only who reads pays for it)

    day = f"{window.start:%Y%m%d}"
    name = f"analytics_{settings.property_id}/events_{day}.parquet"
    bucket = f"storage/v1/b/{quote(settings.bucket, safe='')}/o"
    listed = client.get(f"/{bucket}", {"prefix": name}, Objects)
    stored = next((item for item in listed.items if item.name == name), None)
    if stored is None:
        yield Batch(note="not exported yet")
        return
    path = f"/download/{bucket}/{quote(name, safe='')}"
    size, md5 = int(stored.size), base64.b64decode(stored.md5_hash)
    with client.download(path, {"alt": "media"}, size=size, md5=md5) as content:
        yield from ga4_columns.read(content, name, day)


def staged() -> pa.Schema:
    """Return the columns that staging reads."""
    from extract.ga4_columns import READ  # noqa: PLC0415

    return READ


EVENTS = Stream(
    "events",
    Kind.RESTATE,
    KEY,
    events,
    restate_days=3,
    columns=staged,
    pii=("user_id", "user_pseudo_id", "event_params", "geo"),
)
SOURCE = Source("ga4", Ga4Settings, access, (EVENTS,))
