"""The ways of going from page to page; each refuses to walk in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from extract.errors import EndlessPaging

P = TypeVar("P")
K = TypeVar("K", str, int)


def by_cursor(
    fetch: Callable[[str | None], P], following: Callable[[P], str | None]
) -> Iterator[P]:
    """Yield pages for as long as a page names the next; the first is fetched with None."""
    seen: set[str] = set()
    cursor: str | None = None
    while True:
        page = fetch(cursor)
        yield page
        cursor = following(page)
        if cursor is None:
            return
        if cursor in seen:
            raise _circle(f"the cursor of page {len(seen) + 1}")
        seen.add(cursor)


def by_keyset(fetch: Callable[[K], P], last: Callable[[P], K | None], first: K) -> Iterator[P]:
    """Yield pages of rows behind a key, in the order of keys, until a page has no last key.

    A row that leaves the window while we read moves no other row, and no query grows long enough
    to meet a ceiling.
    """
    key = first
    while True:
        page = fetch(key)
        yield page
        found = last(page)
        if found is None:
            return
        if found <= key:
            raise _standing(f"key {key}", f"key {found}")
        key = found


def by_time(
    fetch: Callable[[int], P], last: Callable[[P], tuple[int, int]], start: int, full: int
) -> Iterator[P]:
    """Yield pages of rows since a second; `last` gives a page's next second and its rows.

    The last page serves the rows of the last second for ever, so the walk ends when the second
    stands still. When it stands still on a full page, rows behind it cannot be reached.
    """
    second = start
    while True:
        page = fetch(second)
        yield page
        following, rows = last(page)
        if rows <= 1 or (following == second and rows < full):
            return
        if following <= second:
            raise _standing(f"second {second}", f"second {following}, {rows:,} rows on")
        second = following


def by_offset(
    fetch: Callable[[int], P],
    rows: Callable[[P], Sequence[object]],
    total: Callable[[P], int | None] = lambda _: None,
) -> Iterator[P]:
    """Yield pages behind a number of rows until one is empty, or `total` rows have come.

    Only for lists that stand still meanwhile, such as a report of a day that is over: rows of a
    list that changes would be passed over.
    """
    offset, before = 0, None
    while found := rows(page := fetch(offset)):
        if found[0] == before:
            raise _circle(f"the rows behind row {offset:,}")
        yield page
        offset, before = offset + len(found), found[0]
        end = total(page)
        if end is not None and offset >= end:
            return


def chunks(values: Sequence[str], size: int) -> Iterator[list[str]]:
    """Yield the values in lists of at most `size`."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def _circle(what: str) -> EndlessPaging:
    return EndlessPaging(
        f"the source named {what} again as the next page",
        "reading on would never end, or would miss rows",
        "report it to the vendor; nothing was landed",
    )


def _standing(first: str, last: str) -> EndlessPaging:
    return EndlessPaging(
        f"a page that begins at {first} ends at {last}",
        "the next page would begin no later, so reading on would never end, or would miss rows",
        "look whether a bulk update dated more rows alike than a page holds: then ask for windows "
        "that end before and begin behind that moment; otherwise report it to the vendor; nothing "
        "was landed",
    )
