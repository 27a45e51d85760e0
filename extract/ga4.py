"""Google Analytics 4: the BigQuery export's day files, and the Data API's report for a day.

**What.** `events`: one file per report day, `analytics_<property>/events_YYYYMMDD.parquet`; its
columns land as they are, nested. There is no event id: the key is made of seven columns.
`report_daily`: sessions, engaged sessions, users and key events by channel and device, for a small
property without an export. Key is the row's dimensions, joined.
**Endpoints.** `GET /storage/v1/b/{bucket}/o?prefix=`, `/download/storage/v1/b/{bucket}/o/{object}`
when `base_url` is http; any other address (`s3://`, `gs://`, `file://`, a folder) is opened with
fsspec, s3fs and gcsfs being optional. `POST /v1beta/properties/{id}:runReport` at `data_api_url`.
**Paging.** A day is looked up by its full name. Reports: `limit` (a string), `offset`, `rowCount`.
**Limits.** Cloud Storage: far away. Data API: 14,000 tokens an hour, 200,000 a day, 10 server
errors an hour; 429 `RESOURCE_EXHAUSTED`. Reading stops while ten more requests would fit.
**Window.** The report days that the window touches, and the three before them; each is one file in
the lake and replaces the one before. Report days are those of the property's time zone.
**Late data.** A day is rewritten for up to 72 hours. A file that is not there yet gives no rows
and the note `not exported yet`, a report without rows `not processed yet`; for 60 hours that is
expected, and the next runs read the day again.
**Quirks.** `events_intraday_` files vanish when their day closes and are never read. A file is
checked for size and MD5 (composite objects have none), or before and after, and that it is whole. A
column of another type, or a missing one, refuses it. Hits without consent have no
`user_pseudo_id`. Report rows are positional; each lands as an object with `isOtherRow` and the
report's thresholding, loss and sampling.
Sign-in: a service account's key, or a token that somebody renews every hour.
**Try it.** `cxw extract ga4 events --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from extract import ga4_report, google
from extract.source import Batch, Kind, Source, Stream, Window

if TYPE_CHECKING:
    import pyarrow as pa

    from extract.access import Access
    from extract.http import Client

SCOPES = "https://www.googleapis.com/auth/devstorage.read_only"
REPORT_SCOPE = "https://www.googleapis.com/auth/analytics.readonly"

BATCH = ("batch_page_id", "batch_ordering_id", "batch_event_index")
KEY = ("user_pseudo_id", "event_timestamp", "event_name", "event_bundle_sequence_id", *BATCH)


class Ga4Settings(google.GoogleSettings, frozen=True, kw_only=True):
    """Where export and Data API are; `base_url` is https://storage.googleapis.com or a folder."""

    property_id: str
    bucket: str = ""
    data_api_url: str = ""
    report_dimensions: str = "date,sessionDefaultChannelGroup,deviceCategory"
    report_metrics: str = "sessions,engagedSessions,activeUsers,keyEvents"


def access(settings: Ga4Settings) -> Access:
    """Return how bucket and Data API want to be asked."""
    base_url = settings.base_url if is_api(settings) else settings.data_api_url
    scopes = f"{SCOPES} {REPORT_SCOPE}" if settings.data_api_url else SCOPES
    return google.access("ga4", settings, base_url, scopes)


def is_api(settings: Ga4Settings) -> bool:
    """Tell whether the files are asked for over the JSON API."""
    return settings.base_url.startswith(("http://", "https://"))


def events(client: Client, settings: Ga4Settings, window: Window) -> Iterator[Batch]:
    """Read the file of one report day."""
    day = f"{window.start:%Y%m%d}"
    name = f"analytics_{settings.property_id}/events_{day}.parquet"
    if not is_api(settings):
        from extract import ga4_files  # noqa: PLC0415  (pyarrow: only who reads pays for it)

        yield from ga4_files.read(client, settings.base_url, name, day)
    elif settings.bucket:
        from extract import ga4_bucket  # noqa: PLC0415

        yield from ga4_bucket.read(client, settings.bucket, name, day)
    else:
        yield Batch(note="not enabled: CXW_GA4_BUCKET is not set")


def report_daily(client: Client, settings: Ga4Settings, window: Window) -> Iterator[Batch]:
    """Read the report of one day."""
    if not settings.data_api_url:
        yield Batch(note="not enabled: CXW_GA4_DATA_API_URL is not set")
        return
    root = settings.data_api_url.rstrip("/")
    url = f"{root}/v1beta/properties/{settings.property_id}:runReport"
    asked = (settings.report_dimensions.split(","), settings.report_metrics.split(","))
    yield from ga4_report.read(client, url, *asked, window)


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
    late=ga4_report.LATE,
    columns=staged,
    pii=("user_id", "user_pseudo_id", "event_params", "geo"),
)
REPORT = Stream(
    "report_daily",
    Kind.RESTATE,
    ("key",),
    report_daily,
    restate_days=3,
    late=ga4_report.LATE,
    model=ga4_report.ReportRow,
    pii=("landingPagePlusQueryString",),
)
SOURCE = Source("ga4", Ga4Settings, access, (EVENTS, REPORT))
