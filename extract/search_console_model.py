"""The rows of Search Console that staging reads, and how positional rows become objects."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw, Struct, ValidationError
from msgspec.json import decode, encode

from extract.errors import OutsideWindow, UnreadableAnswer


class TotalRow(Struct):
    """The totals of a day."""

    date: str
    clicks: float
    impressions: float
    position: float


class DetailRow(Struct):
    """The results of one query on one page, in one country and on one kind of device."""

    date: str
    query: str
    page: str
    country: str
    device: str
    clicks: float
    impressions: float
    position: float


class Metadata(Struct, frozen=True, rename="camel"):
    """What is said of results that are not final."""

    first_incomplete_date: str | None = None


class Page(Struct, rename="camel"):
    """A page of results; without results, `rows` is absent."""

    rows: list[dict[str, Raw]] = []
    response_aggregation_type: str | None = None
    metadata: Metadata = Metadata()


def records(page: Page, dimensions: Sequence[str], day: str) -> list[Raw]:
    """Return the rows as objects; `keys` stand in the order of the dimensions asked for."""
    return [_record(row, dimensions, page.response_aggregation_type, day) for row in page.rows]


def _record(row: dict[str, Raw], dimensions: Sequence[str], kind: str | None, day: str) -> Raw:
    try:
        keys = decode(row.get("keys", Raw(b"[]")), type=list[Raw])
    except ValidationError as error:
        raise UnreadableAnswer(
            f"search_console: the keys of a row have another shape ({error})",
            "rows tell only positions, so nothing of the day is landed",
            "compare an answer of the API with extract/search_console_model.py",
        ) from None
    named = dict(zip(dimensions, keys, strict=False))
    if keys and decode(named["date"]) != day:
        raise OutsideWindow(
            f"search_console: a row of another day in the answer for {day}",
            "the file replaces its day, so the row would be counted twice or lost",
            "look whether the order of keys is still that of the dimensions",
        )
    rest = {name: value for name, value in row.items() if name != "keys"}
    return Raw(encode({**named, **rest, "aggregationType": kind}))
