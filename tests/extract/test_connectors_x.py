"""X: pages, limits, what a run may cost, and which of the posts that we hold must be deleted."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from extract import x_reading
from extract.errors import (
    BeyondHorizon,
    Defer,
    ReadBudgetSpent,
    RequestRefused,
    TruncatedFetch,
)
from extract.pull import Waiting, pull
from extract.source import Window
from tests.extract.northwind import Northwind, day

WEEK = day(4, 6)  # ends where the fixture's clock stands
THURSDAY = day(9)
JOBS = "/x/2/compliance/jobs"


def billed(company: Northwind) -> dict[str, float]:
    return company.control("/__log", None, "GET")["x_billed"]


def attempts(company: Northwind, *columns: str) -> list[tuple[Any, ...]]:
    files = f"{company.lake}/operations/extract_attempts/**/*.parquet"
    query = f"select {', '.join(columns)} from read_parquet('{files}') order by started_at"
    return duckdb.connect().execute(query).fetchall()


def run(company: Northwind, stream: str, run_id: str, **changes: Any) -> Any:
    return pull(
        "x", stream, company.settings("x", **changes), WEEK, company.lake, company.clock.now,
        run_id, waiting=Waiting(company.sleep),
    )  # fmt: skip


def hold(company: Northwind, *streams: str, window: Window = WEEK) -> set[str]:
    """Let the lake hold posts; return their keys."""
    keys: set[str] = set()
    for stream in streams:
        company.pull("x", stream, window)
        keys |= set(company.table("x", stream, window)["_pk"].to_pylist())
        company.accept("x", stream, window)
    return keys


def keys(company: Northwind, stream: str) -> set[str]:
    return set(company.table("x", stream, WEEK)["_pk"].to_pylist())


def gone(company: Northwind, *keys: str) -> None:
    for key in keys:
        company.control("/__world/mutate", {"name": "x.posts", "key": key, "vanish": True})


# Pages and limits


@pytest.mark.parametrize("stream", ["search_posts", "mentions", "own_posts"])
@pytest.mark.parametrize("size", [10, 11])
def test_pages_lose_no_post(
    company: Northwind, monkeypatch: pytest.MonkeyPatch, stream: str, size: int
) -> None:
    company.pull("x", stream, WEEK)
    whole = keys(company, stream)
    monkeypatch.setattr(x_reading, "MOST", size)
    manifest = company.pull("x", stream, WEEK)
    assert keys(company, stream) == whole
    assert manifest.requests == max(1, -(-len(whole) // size))


def test_own_posts_are_those_of_the_company(company: Northwind) -> None:
    company.pull("x", "own_posts", WEEK)
    truth = {
        post["id"]
        for post in company.world.x_posts(company.clock.now())
        if post["author_id"] == "111"
        and f"{WEEK.start:%Y-%m-%d}" <= post["created_at"] < f"{WEEK.end:%Y-%m-%d}"
    }
    assert keys(company, "own_posts") == truth


@pytest.mark.parametrize("stream", ["search_posts", "mentions", "own_posts"])
def test_post_carries_its_author(company: Northwind, stream: str) -> None:
    company.pull("x", stream, WEEK)
    for post in company.records("x", stream, WEEK):
        assert post["author"]["id"] == post["author_id"]
        assert post["author"]["public_metrics"]["followers_count"] >= 0


def test_reset_is_waited_for_by_the_clock_of_the_source(company: Northwind) -> None:
    company.fault("/x/", refusal="rate_limited")
    with pytest.raises(Defer) as caught:
        company.pull("x", "mentions", WEEK)
    assert 890 <= caught.value.seconds <= 910


def test_short_reset_is_slept_through(company: Northwind) -> None:
    reset = int(company.clock.now().timestamp()) + 30
    company.fault("/x/", status=429, body={}, headers={"x-rate-limit-reset": str(reset)})
    company.pull("x", "mentions", WEEK)
    assert company.slept == [31.0]


def test_usage_cap_is_a_refusal_and_no_wait(company: Northwind) -> None:
    company.fault("/x/", refusal="usage_capped", times=None)
    with pytest.raises(ReadBudgetSpent, match="usage-capped"):
        company.pull("x", "mentions", WEEK)
    assert len(company.requests()) == 1


def test_account_that_is_not_there_is_told(company: Northwind) -> None:
    with pytest.raises(RequestRefused, match="check CXW_X_ACCOUNT_ID"):
        company.pull("x", "mentions", WEEK, account_id="424242")


def test_counters_are_read_of_posts_that_are_one_three_and_seven_days_old(
    company: Northwind,
) -> None:
    company.pull("x", "post_metrics", day(9))
    days = {record["created_at"][:10] for record in company.records("x", "post_metrics", day(9))}
    assert days == {"2026-07-08", "2026-07-06", "2026-07-02"}
    assert set(company.table("x", "post_metrics", day(9))["_cursor"].to_pylist()) == {None}


# What a run may cost


def test_what_an_attempt_says_that_it_read_is_what_x_bills(company: Northwind) -> None:
    run(company, "search_posts", "one")
    bill = billed(company)
    assert bill["users"] > 0
    assert attempts(company, "reads") == [(bill["posts"] + bill["users"],)]


def test_a_page_that_might_cost_more_than_the_rest_is_not_asked_for(company: Northwind) -> None:
    with pytest.raises(
        ReadBudgetSpent, match="0 posts and authors read of this run's budget of 19"
    ):
        run(company, "search_posts", "one", read_budget=19)  # ten posts and as many authors
    assert company.requests() == []
    assert billed(company)["usd"] == 0


def test_the_bill_of_a_run_stays_below_its_budget(company: Northwind) -> None:
    with pytest.raises(ReadBudgetSpent, match="posts and authors read of this run's budget of 30"):
        run(company, "search_posts", "one", read_budget=30)
    bill = billed(company)
    assert 10 <= bill["posts"] + bill["users"] <= 30
    assert list((company.lake / "landing").rglob("*.parquet")) == []


def test_the_budget_holds_for_all_streams_and_tries_of_a_run(company: Northwind) -> None:
    run(company, "search_posts", "one")
    (spent,) = attempts(company, "reads")[0]
    with pytest.raises(ReadBudgetSpent, match=f"{spent} posts and authors read"):
        run(company, "mentions", "one", read_budget=spent + 19)
    assert run(company, "mentions", "another", read_budget=spent + 19).rows > 0


def test_counters_of_own_posts_are_read_without_their_author(company: Northwind) -> None:
    company.pull("x", "post_metrics", day(9))
    assert billed(company)["users"] == 0
    assert {one["path"] for one in company.requests()} == {"/x/2/users/111/tweets"}


@pytest.mark.parametrize("stream", ["search_posts", "mentions"])
def test_a_window_older_than_a_week_is_refused(company: Northwind, stream: str) -> None:
    with pytest.raises(BeyondHorizon, match="would miss records in silence"):
        company.pull("x", stream, day(2))
    assert company.requests() == []


# What must be deleted


def test_posts_that_we_hold_and_that_are_gone_land_as_tombstones(company: Northwind) -> None:
    held = sorted(hold(company, "search_posts", "mentions", "own_posts"))
    known = {one["id"] for one in company.world.x_withdrawn(company.clock.now())}
    gone(company, held[0], held[1])
    company.pull("x", "compliance", THURSDAY)
    table = company.table("x", "compliance", THURSDAY)
    assert set(table["_pk"].to_pylist()) == {held[0], held[1]} | (known & set(held))
    assert set(table["_deleted"].to_pylist()) == {True}
    first = next(r for r in company.records("x", "compliance", THURSDAY) if r["id"] == held[0])
    assert (first["action"], first["reason"]) == ("delete", "deleted")


def test_every_post_in_the_lake_is_asked_about_once(company: Northwind) -> None:
    held = hold(company, "search_posts", "mentions", "own_posts")
    gone(company, *held)
    assert company.pull("x", "compliance", THURSDAY).rows == len(held)


def test_the_store_behind_the_signed_address_is_shown_no_token(company: Northwind) -> None:
    hold(company, "search_posts")
    company.control("/__log", None, "DELETE")
    company.pull("x", "compliance", THURSDAY)
    asked = [(one["method"], one["path"], one["status"]) for one in company.requests()]
    assert [(method, status) for method, _, status in asked] == [
        *(("GET", 200), ("POST", 200), ("PUT", 200), ("GET", 200), ("GET", 200)),
    ]  # the store answers 400 to whoever shows a token
    assert "/submission/" in asked[2][1]
    assert "/delivery/" in asked[4][1]


def test_on_other_days_nothing_is_asked_and_the_file_says_so(company: Northwind) -> None:
    hold(company, "search_posts")
    company.control("/__log", None, "DELETE")
    company.after(day(8))
    manifest = company.pull("x", "compliance", day(8))
    assert (manifest.rows, manifest.note) == (0, "not due: deletions are asked for on Thursdays")
    assert company.requests() == []


def test_an_empty_lake_has_nothing_to_ask_about(company: Northwind) -> None:
    assert company.pull("x", "compliance", THURSDAY).note == "not asked: the lake holds no posts"


def slow_job(company: Northwind, status: str, times: int | None) -> None:
    job = {"id": "1", "status": status, "upload_url": "http://u/", "download_url": "http://d/"}
    company.fault(rf"{JOBS}/\d+", times=times, body={"data": job})


def test_a_job_under_way_is_looked_at_again(company: Northwind) -> None:
    hold(company, "search_posts")
    body = {
        "id": "1425543269983784000",
        "status": "in_progress",
        "upload_url": "",
        "download_url": "",
    }
    company.fault(rf"{JOBS}/\d+", times=2, body={"data": body})
    company.pull("x", "compliance", THURSDAY)
    assert company.slept == [1.0, 2.0]


def test_a_job_that_takes_long_is_put_off_and_gone_on_with(company: Northwind) -> None:
    gone(company, *hold(company, "search_posts"))
    slow_job(company, "in_progress", None)
    with pytest.raises(Defer, match="compliance job 1 is in_progress after 98 s"):
        company.pull("x", "compliance", THURSDAY)
    company.control("/__faults", None, "DELETE")
    assert company.pull("x", "compliance", THURSDAY).rows > 0
    made = [one for one in company.requests() if (one["method"], one["path"]) == ("POST", JOBS)]
    assert len(made) == 1


def test_a_job_that_failed_is_told(company: Northwind) -> None:
    hold(company, "search_posts")
    slow_job(company, "failed", 1)
    with pytest.raises(RequestRefused, match="compliance job 1 is failed"):
        company.pull("x", "compliance", THURSDAY)
    assert not list((company.lake / "landing" / "x" / "compliance").rglob("*.parquet"))


def test_a_cut_list_of_verdicts_is_read_again(company: Northwind) -> None:
    gone(company, *hold(company, "search_posts"))
    company.fault("/delivery/", truncate_bytes=10, honest_length=True)
    manifest = company.pull("x", "compliance", THURSDAY)
    assert manifest.retries == 1
    assert manifest.invalid_rows == 0


def test_no_signature_of_an_address_is_logged(
    company: Northwind, caplog: pytest.LogCaptureFixture
) -> None:
    hold(company, "search_posts")
    company.fault("/delivery/", status=503)
    company.pull("x", "compliance", THURSDAY)
    assert "X-Goog" not in caplog.text


@pytest.mark.parametrize(
    ("stream", "timeline"), [("mentions", "mentions"), ("own_posts", "tweets")]
)
def test_a_window_as_full_as_a_timeline_is_deep_is_refused(
    company: Northwind, monkeypatch: pytest.MonkeyPatch, stream: str, timeline: str
) -> None:
    rows = company.pull("x", stream, WEEK).rows
    monkeypatch.setitem(x_reading.DEPTHS, timeline, rows + 1)
    company.pull("x", stream, WEEK)
    monkeypatch.setitem(x_reading.DEPTHS, timeline, rows)
    with pytest.raises(TruncatedFetch, match=f"gave {rows} posts, and reaches no more"):
        company.pull("x", stream, WEEK)
