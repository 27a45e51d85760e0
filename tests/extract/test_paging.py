from __future__ import annotations

import pytest

from extract.errors import EndlessPaging
from extract.paging import by_cursor, by_keyset, by_offset, by_time, chunks

SIZE = 3
ROWS = [0, 1, 2, 3, 4, 6, 7]  # none, one, almost full, exactly full, one more, two full, one more


def offset_page(rows: list[int], cursor: str | None) -> tuple[list[int], str | None]:
    begin = int(cursor or 0)
    more = begin + SIZE < len(rows)
    return rows[begin : begin + SIZE], str(begin + SIZE) if more else None


@pytest.mark.parametrize("count", ROWS)
def test_paging_by_cursor_returns_every_row_once(count: int) -> None:
    rows = list(range(count))
    pages = by_cursor(lambda cursor: offset_page(rows, cursor), lambda page: page[1])
    assert [row for page in pages for row in page[0]] == rows


def test_paging_by_cursor_refuses_a_circle() -> None:
    with pytest.raises(EndlessPaging, match="again as the next page"):
        list(by_cursor(lambda _: "page", lambda _: "same"))


@pytest.mark.parametrize("count", ROWS)
def test_paging_by_key_returns_every_row_once(count: int) -> None:
    rows = [number * 7 for number in range(1, count + 1)]

    def fetch(last: int) -> list[int]:
        return [row for row in rows if row > last][:SIZE]

    pages = by_keyset(fetch, lambda page: page[-1] if page else None, 0)
    assert [row for page in pages for row in page] == rows


def test_paging_by_key_misses_no_row_when_one_leaves_the_window_meanwhile() -> None:
    rows = [1, 2, 3, 4, 5, 6]

    def fetch(last: int) -> list[int]:
        page = [row for row in rows if row > last][:SIZE]
        if 1 in rows:
            rows.remove(1)  # it was updated while we read
        return page

    pages = by_keyset(fetch, lambda page: page[-1] if page else None, 0)
    assert [row for page in pages for row in page] == [1, 2, 3, 4, 5, 6]


def test_paging_by_key_refuses_keys_that_do_not_rise() -> None:
    with pytest.raises(EndlessPaging, match="begins at key 5 ends at key 5") as caught:
        list(by_keyset(lambda _: [5], lambda page: page[-1], 0))
    assert "bulk update" in caught.value.next_step
    assert "report it to the vendor" in caught.value.next_step


def talk_page(rows: list[int], second: int) -> tuple[list[int], int]:
    """Answer as Talk does: no row before the second, the next page begins in the last second."""
    page = [row for row in rows if row >= second][:SIZE]
    return page, page[-1] if page else second


@pytest.mark.parametrize("count", ROWS)
def test_paging_by_time_ends_although_a_next_page_is_always_named(count: int) -> None:
    rows = [number * 10 for number in range(1, count + 1)]
    pages = by_time(
        lambda second: talk_page(rows, second), lambda page: (page[1], len(page[0])), 0, SIZE
    )
    assert sorted({row for page in pages for row in page[0]}) == rows


def test_paging_by_time_ends_when_several_rows_share_the_last_second() -> None:
    rows = [10, 20, 20]
    pages = by_time(
        lambda second: talk_page(rows, second), lambda page: (page[1], len(page[0])), 0, SIZE
    )
    assert [row for page in pages for row in page[0]] == [10, 20, 20, 20, 20]


def test_paging_by_time_refuses_a_second_that_fills_a_page() -> None:
    rows = [10, 20, 20, 20, 30]
    with pytest.raises(EndlessPaging, match="at second 20 ends at second 20, 3 rows on") as caught:
        list(
            by_time(
                lambda second: talk_page(rows, second),
                lambda page: (page[1], len(page[0])),
                0,
                SIZE,
            )
        )
    assert "windows that end before and begin behind that moment" in caught.value.next_step


def test_chunks_hold_every_value_once() -> None:
    assert list(chunks(["a", "b", "c"], 2)) == [["a", "b"], ["c"]]
    assert list(chunks([], 2)) == []


@pytest.mark.parametrize("count", ROWS)
@pytest.mark.parametrize("is_counted", [False, True])
def test_paging_by_offset_returns_every_row_once(count: int, is_counted: bool) -> None:
    rows, asked = list(range(count)), []

    def fetch(offset: int) -> list[int]:
        asked.append(offset)
        return rows[offset : offset + SIZE]

    pages = by_offset(fetch, lambda page: page, lambda _: count if is_counted else None)
    assert [row for page in pages for row in page] == rows
    full = -(-count // SIZE)
    assert len(asked) == (max(full, 1) if is_counted else full + 1)


def test_paging_by_offset_goes_on_behind_a_short_page() -> None:
    rows = list(range(7))
    pages = by_offset(lambda offset: rows[offset : offset + 2 + offset % 2], lambda page: page)
    assert [row for page in pages for row in page] == rows


def test_paging_by_offset_refuses_a_page_that_comes_again() -> None:
    with pytest.raises(EndlessPaging, match="the rows behind row 2"):
        list(by_offset(lambda _: [1, 2], lambda page: page))
