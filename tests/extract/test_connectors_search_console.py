"""Search Console: what is particular to it, judged against the simulated company."""

from __future__ import annotations

from typing import Any

import pytest

from extract import search_console
from extract.errors import CredentialsRefused, Defer, EndlessPaging, OutsideWindow
from tests.extract.northwind import Northwind, day

STREAMS = ["by_query_page", "by_date"]


def rows(company: Northwind, stream: str, number: int) -> list[dict[str, Any]]:
    return company.records("search_console", stream, day(number))


def asked(company: Northwind) -> list[str]:
    return [one["path"] for one in company.requests() if "/oauth2/" not in one["path"]]


def test_a_positional_row_lands_as_an_object(company: Northwind) -> None:
    company.pull("search_console", "by_query_page", day(6))
    found = company.world.search_day(day(4).start.date(), company.clock.now())
    assert found
    shown = [one for one in found if not one.is_rare]
    assert {(one["query"], one["page"], one["country"], one["device"], one["impressions"])
            for one in rows(company, "by_query_page", 4)} == {
        (one.query, one.page, one.country, one.device, one.impressions) for one in shown
    }  # fmt: skip
    assert {one["date"] for one in rows(company, "by_query_page", 4)} == {"2026-07-04"}
    assert {one["aggregationType"] for one in rows(company, "by_query_page", 4)} == {"byPage"}


def test_totals_hold_the_rare_queries_and_detail_does_not(company: Northwind) -> None:
    for stream in STREAMS:
        company.pull("search_console", stream, day(6))
    (total,) = rows(company, "by_date", 4)
    found = company.world.search_day(day(4).start.date(), company.clock.now())
    assert found
    detail = sum(one["impressions"] for one in rows(company, "by_query_page", 4))
    assert total["impressions"] == sum(one.impressions for one in found)
    assert total["clicks"] == sum(one.clicks for one in found)
    assert detail == sum(one.impressions for one in found if not one.is_rare)
    assert 0.5 < detail / total["impressions"] < 0.9


@pytest.mark.parametrize("stream", STREAMS)
def test_the_window_and_five_days_before_are_read(company: Northwind, stream: str) -> None:
    company.pull("search_console", stream, day(9))
    files = sorted(path.stem for path in (company.lake / "landing").rglob("*.parquet"))
    assert files == [day(number).name for number in range(4, 10)]


@pytest.mark.parametrize("stream", STREAMS)
def test_a_day_that_is_not_final_lands_a_note_and_is_read_by_a_later_run(
    company: Northwind, stream: str
) -> None:
    manifest = company.pull("search_console", stream, day(9))
    assert manifest.note == "; ".join(f"2026-07-0{n}: not final yet" for n in (7, 8, 9))
    assert rows(company, stream, 9) == []
    company.after(day(13))
    assert "2026-07-09" not in company.pull("search_console", stream, day(13)).note
    assert rows(company, stream, 9) != []


def test_a_day_of_which_nothing_is_known_is_not_final_while_it_is_young(
    company: Northwind,
) -> None:
    company.fault("/search_console/", times=None, drop_tail=1000, drop_field=["$.metadata"])
    manifest = company.pull("search_console", "by_date", day(9))
    # three days and ten minutes after the sixth
    assert manifest.note == "; ".join(f"2026-07-0{n}: not final yet" for n in (6, 7, 8, 9))


def test_a_final_day_without_any_search_has_no_note(company: Northwind) -> None:
    assert company.pull("search_console", "by_date", day(-9)).note == ""


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pages_end_with_one_that_has_no_rows(
    company: Northwind, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    company.pull("search_console", "by_query_page", day(4))
    whole = rows(company, "by_query_page", 4)
    before = len(asked(company))
    monkeypatch.setattr(search_console, "ROWS", size)
    company.pull("search_console", "by_query_page", day(4))
    assert rows(company, "by_query_page", 4) == whole
    days = [len(rows(company, "by_query_page", number)) for number in range(-1, 5)]
    pages = sum(-(-number // size) + 1 for number in days)
    empty = sum(number == 0 for number in days)  # asked once more why it is empty
    assert len(asked(company)) - before == pages + empty


def test_a_page_that_comes_again_and_again_is_refused(company: Northwind) -> None:
    row = {"keys": ["2026-07-04"], "clicks": 1, "impressions": 2, "ctr": 0.5, "position": 3.0}
    company.fault("/search_console/", times=None, skip=10, body={"rows": [row]})
    with pytest.raises(EndlessPaging):
        company.pull("search_console", "by_date", day(4))


def test_keys_in_another_order_refuse_the_day(company: Northwind) -> None:
    company.fault("/search_console/", times=None, rows=1, flip={"keys[0]": "2026-01-01"})
    with pytest.raises(OutsideWindow, match="another day in the answer for 2026-07-0"):
        company.pull("search_console", "by_query_page", day(6))


@pytest.mark.parametrize("kind", ["rate_limited", "rate_limited_secondly"])
def test_too_many_requests_are_waited_for_whatever_the_status(
    company: Northwind, kind: str
) -> None:
    company.fault("/search_console/", refusal=kind)
    assert company.pull("search_console", "by_date", day(6)).retries == 1
    assert company.slept == [60.0]


@pytest.mark.parametrize(
    ("kind", "seconds"), [("usage_capped", 900), ("rate_limited_daily", 24_600)]
)
def test_a_longer_quota_puts_the_window_off(company: Northwind, kind: str, seconds: int) -> None:
    company.fault("/search_console/", refusal=kind)
    with pytest.raises(Defer) as caught:
        company.pull("search_console", "by_date", day(6))
    assert caught.value.seconds == seconds


def test_a_site_that_is_not_ours_is_refused_and_no_quota(company: Northwind) -> None:
    with pytest.raises(CredentialsRefused, match="status 403"):
        company.pull("search_console", "by_date", day(6), site_url="sc-domain:other.example")
    assert len(asked(company)) == 1
    assert company.slept == []


def test_a_prefix_property_is_asked_for_by_its_whole_address(company: Northwind) -> None:
    with pytest.raises(CredentialsRefused):
        company.pull("search_console", "by_date", day(6), site_url="https://a.example/b/")
    assert asked(company) == [
        "/search_console/webmasters/v3/sites/https%3A%2F%2Fa.example%2Fb%2F/searchAnalytics/query"
    ]
