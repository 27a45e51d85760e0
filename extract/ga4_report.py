"""GA4's Data API: positional rows become objects, each with what the report says of itself.

Quota is told with every answer, and before the next request reading stops while there is enough
left for the tries that an error would cost: who runs into the limit is locked out, dashboards and
all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from msgspec import Raw, Struct, ValidationError
from msgspec.json import decode, encode

from extract.errors import Defer, OutsideWindow, SchemaChanged, UnreadableAnswer
from extract.google import HOUR, until_tomorrow
from extract.paging import by_offset
from extract.source import Batch, Window

if TYPE_CHECKING:
    from extract.http import Client

LIMIT = 100_000  # rows a page; the API's most is 250,000
KEPT_REQUESTS = 10  # so many more requests like the last must fit into each quota
LEAST_TOKENS = 10  # what a request costs at least
KEPT_ERRORS = 5  # server errors that the tries of one run may cost
TOKENS = ("tokensPerHour", "tokensPerProjectPerHour", "tokensPerDay")
ERRORS = "serverErrorsPerProjectPerHour"
OTHER = "(other)"
LATE = timedelta(days=2, hours=12)  # until then a day without rows may not be processed yet
FLAGS = {
    "subjectToThresholding": Raw(b"false"),
    "dataLossFromOtherRow": Raw(b"false"),
    "samplingMetadatas": Raw(b"[]"),
}


class ReportRow(Struct, rename="camel"):
    """A row as it lands, of the columns that staging reads; numbers are text, as they came."""

    key: str
    is_other_row: bool
    subject_to_thresholding: bool
    data_loss_from_other_row: bool
    sampling_metadatas: list[Any]
    date: str | None = None
    session_default_channel_group: str | None = None
    device_category: str | None = None
    landing_page_plus_query_string: str | None = None
    sessions: str | None = None
    engaged_sessions: str | None = None
    active_users: str | None = None
    key_events: str | None = None
    screen_page_views: str | None = None


class Header(Struct):
    """The name of a column."""

    name: str


class Cell(Struct):
    """One value; the landing judges its type."""

    value: Raw = Raw(b"null")


class Quota(Struct):
    """What is left of a quota; zeros are left out."""

    consumed: int = 0
    remaining: int = 0


class Report(Struct, rename="camel"):
    """A page of a report; without rows, `rows` and `rowCount` are absent."""

    dimension_headers: list[Header] = []
    metric_headers: list[Header] = []
    rows: list[dict[str, Raw]] = []
    row_count: int = 0
    metadata: dict[str, Raw] = {}
    property_quota: dict[str, Quota] = {}


TOLD: WeakKeyDictionary[Client, dict[str, Quota]] = WeakKeyDictionary()  # by the last answer


def read(
    client: Client, url: str, dimensions: Sequence[str], metrics: Sequence[str], window: Window
) -> Iterator[Batch]:
    """Yield the pages of the report of one day."""
    day = f"{window.start:%Y-%m-%d}"

    def fetch(offset: int) -> Report:
        keep_quota(TOLD.get(client, {}), client.now())
        body = {
            "dateRanges": [{"startDate": day, "endDate": day}],
            "dimensions": [{"name": name} for name in dimensions],
            "metrics": [{"name": name} for name in metrics],
            "limit": str(LIMIT),
            "offset": str(offset),
            "keepEmptyRows": False,
            "returnPropertyQuota": True,
        }
        report = client.post(url, body, Report)
        TOLD[client] = report.property_quota
        return report

    is_empty = True
    for page in by_offset(fetch, lambda page: page.rows, lambda page: page.row_count):
        is_empty = False
        yield Batch(records(page, dimensions, metrics, day.replace("-", "")))
    if is_empty and client.now() < window.end + LATE:
        yield Batch(note="not processed yet")


def records(
    report: Report, dimensions: Sequence[str], metrics: Sequence[str], day: str
) -> list[Raw]:
    """Return the rows as objects; columns in another order, or rows of another day, are refused."""
    told = [header.name for header in (*report.dimension_headers, *report.metric_headers)]
    if told != [*dimensions, *metrics]:
        raise SchemaChanged(
            f"ga4.report_daily: the columns are {', '.join(told)}",
            f"asked for were {', '.join([*dimensions, *metrics])}, and rows tell only positions",
            "compare CXW_GA4_REPORT_DIMENSIONS and CXW_GA4_REPORT_METRICS with the API's names",
        )
    flags = {name: report.metadata.get(name, usual) for name, usual in FLAGS.items()}
    return [_record(row, dimensions, metrics, flags, day) for row in report.rows]


def _record(
    row: dict[str, Raw],
    dimensions: Sequence[str],
    metrics: Sequence[str],
    flags: dict[str, Raw],
    day: str,
) -> Raw:
    said = _cells(row.get("dimensionValues"))
    texts = [decode(value) for value in said]
    named = dict(zip(dimensions, texts, strict=False))
    if named.get("date", day) not in {day, OTHER}:
        raise OutsideWindow(
            f"ga4.report_daily: a row of another day in the report of {day}",
            "the file replaces its day, so the row would be counted twice or lost",
            "look whether dateRanges still means what it did",
        )
    is_whole = len(texts) == len(dimensions) and all(isinstance(text, str) for text in texts)
    rest = {key: value for key, value in row.items() if not key.endswith("Values")}
    return Raw(
        encode(
            {
                **({"key": "|".join(texts)} if is_whole else {}),
                **dict(zip(dimensions, said, strict=False)),
                **dict(zip(metrics, _cells(row.get("metricValues")), strict=False)),
                "isOtherRow": OTHER in texts,
                **flags,
                **rest,
            }
        )
    )


def _cells(values: Raw | None) -> list[Raw]:
    try:
        return [cell.value for cell in decode(values or b"[]", type=list[Cell])]
    except ValidationError as error:
        raise UnreadableAnswer(
            f"ga4.report_daily: the values of a row have another shape ({error})",
            "rows tell only positions, so nothing of the day is landed",
            "compare an answer of the API with extract/ga4_report.py",
        ) from None


def keep_quota(quotas: dict[str, Quota], now: datetime) -> None:
    """Put the window off while a quota is nearly used up."""
    for name in (*TOKENS, ERRORS):
        quota = quotas.get(name)
        if quota is None:
            continue
        tokens = KEPT_REQUESTS * max(quota.consumed, LEAST_TOKENS)
        least = KEPT_ERRORS if name == ERRORS else tokens
        if quota.remaining < least:
            raise Defer(
                until_tomorrow(now) if name == "tokensPerDay" else HOUR,
                f"ga4: {quota.remaining:,} left of the property's {name}, {least:,} are kept",
                "who uses up a quota is locked out, and all who read the property with us",
            )
