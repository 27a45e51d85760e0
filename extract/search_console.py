"""Google Search Console: what people typed into Google to find the site, by day.

**What.** `by_query_page`: clicks, impressions and position by date, query, page, country and
device. `by_date`: the day's true totals. Key is what a row is grouped by.
**Endpoints.** `POST /webmasters/v3/sites/{site}/searchAnalytics/query`; scope
`webmasters.readonly`, with a service account's key or a token that somebody renews every hour.
**Paging.** `rowLimit` 25,000 and `startRow`, until a page comes without `rows`.
**Limits.** 1,200 requests a minute and site, a new Cloud project 60; 403 or 429 with "Search
Analytics QPS quota exceeded". 50,000 rows a day and search type.
**Window.** The report days that the window touches, and the five before them; each is one file in
the lake and replaces the one before. A day is a day in California: it begins 7 or 8 hours later.
**Late data.** Only final results are read (`dataState: final`), two to three days after the day.
Until then the day lands without rows and with the note `not final yet`; the next runs read it.
**Quirks.** `keys` are positional: both they and `dimensions` come from one list, and a row lands as
an object. Rare queries are left out of the detail, so it sums up to less than the totals; coverage
is computed in the warehouse. Totals count by property, detail by page (`aggregationType: auto`, the
only one that no property refuses). A query may hold what a person typed about themselves.
**Try it.** `cxw extract search_console by_date --from 2026-09-25 --to 2026-09-26`
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from extract import google
from extract.access import Pace
from extract.paging import by_offset
from extract.search_console_model import DetailRow, Page, TotalRow, records
from extract.source import DAY, Batch, Kind, Reader, Source, Stream, Window

if TYPE_CHECKING:
    from extract.access import Access
    from extract.http import Client

SCOPE = "https://www.googleapis.com/auth/webmasters.readonly"
ROWS = 25_000
DETAIL = ("date", "query", "page", "country", "device")
TOTAL = ("date",)
LATE = timedelta(days=3, hours=12)  # until then a day without results may be not final yet


class SearchConsoleSettings(google.GoogleSettings, frozen=True, kw_only=True):
    """Which property to read; `base_url` is https://searchconsole.googleapis.com."""

    site_url: str
    requests_per_minute: int = 60


def access(settings: SearchConsoleSettings) -> Access:
    """Return how the API wants to be asked."""
    pace = Pace(settings.requests_per_minute, 60.0)
    return google.access("search_console", settings, settings.base_url, SCOPE, pace)


def report(*dimensions: str) -> Reader:
    """Return the reader of the results grouped by some dimensions."""

    def read(client: Client, settings: SearchConsoleSettings, window: Window) -> Iterator[Batch]:
        day, is_empty = window.start.date(), True
        for page in by_offset(
            lambda start: ask(client, settings, day, dimensions, start), lambda page: page.rows
        ):
            is_empty = False
            yield Batch(records(page, dimensions, f"{day}"))
        if is_empty and is_late(client, settings, day):
            yield Batch(note="not final yet")

    return read


def ask(
    client: Client,
    settings: SearchConsoleSettings,
    day: date,
    dimensions: Sequence[str],
    start: int = 0,
    state: str = "final",
) -> Page:
    """Ask for a page of one day's results."""
    path = f"/webmasters/v3/sites/{quote(settings.site_url, safe='')}/searchAnalytics/query"
    body = {
        "startDate": f"{day}",
        "endDate": f"{day}",
        "dimensions": dimensions,
        "type": "web",
        "aggregationType": "auto",
        "dataState": state,
        "rowLimit": ROWS,
        "startRow": start,
    }
    return client.post(path, body, Page)


def is_late(client: Client, settings: SearchConsoleSettings, day: date) -> bool:
    """Tell whether a day without final results is still to get them, in the source's own words."""
    page = ask(client, settings, day, TOTAL, state="all")
    first = page.metadata.first_incomplete_date
    if first is not None:
        return first <= f"{day}"
    end = datetime.combine(day, time.min, UTC) + DAY
    return not page.rows and client.now() < end + LATE


def stream(name: str, dimensions: tuple[str, ...], shape: type[msgspec.Struct]) -> Stream:
    """Declare a stream: its key is what its rows are grouped by."""
    pii = ("query", "page") if "query" in dimensions else ()
    return Stream(
        name,
        Kind.RESTATE,
        dimensions,
        report(*dimensions),
        restate_days=5,
        late=LATE,
        model=shape,
        pii=pii,
    )


STREAMS = (stream("by_query_page", DETAIL, DetailRow), stream("by_date", TOTAL, TotalRow))
SOURCE = Source("search_console", SearchConsoleSettings, access, STREAMS)
