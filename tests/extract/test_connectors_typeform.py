"""What is particular to Typeform: inclusive seconds, tokens, totals, and sweeps of ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extract.errors import (
    Defer,
    EndlessPaging,
    OutsideWindow,
    RequestRefused,
    SourceUnavailable,
    TruncatedFetch,
)
from extract.pull import Waiting, pull
from extract.source import Window
from extract.typeform import TypeformSettings
from extract.typeform_model import Question, mapped
from tests.extract.northwind import Northwind, day
from tests.extract.vendor import Answer, Vendor

WEEK = day(4, 6)
SUNDAY = day(5)
NPS, ONBOARDING = "u6nXL7", "Wq3Fk1"
NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)


def books(company: Northwind) -> dict[str, dict[str, Any]]:
    """Return the completed responses that are there now, by key."""
    found = {one.key: one.record for one in
             company.world.versions("typeform.responses", company.clock.now())}  # fmt: skip
    return {
        key: one
        for key, one in found.items()
        if "_gone" not in one and one["response_type"] == "completed"
    }


def submitted(record: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(record["submitted_at"])


def keys(company: Northwind, stream: str, window: Window) -> set[str]:
    found: list[str] = company.table("typeform", stream, window)["_pk"].to_pylist()
    return set(found)


def item(number: int, second: str = "2026-07-09T10:00:00Z", **more: Any) -> dict[str, Any]:
    key = f"r{number}"
    return {"response_id": key, "token": key, "submitted_at": second, "answers": [], **more}


def page(total: int, *items: dict[str, Any]) -> Answer:
    return Answer(body={"total_items": total, "page_count": 1, "items": list(items)})


def ask(vendor: Vendor, lake: Path, **more: Any) -> Any:
    given = {"questions": "F:q=nps", "requests_per_second": 0, **more}
    settings = TypeformSettings(base_url=vendor.url, token="t", **given)
    return pull("typeform", "responses", settings, day(9), lake, lambda: NOW, "test",
                waiting=Waiting(lambda _: None))  # fmt: skip


def test_completed_responses_of_both_forms_land_with_form_and_questions(
    company: Northwind,
) -> None:
    manifest = company.pull("typeform", "responses", WEEK)
    expected = {key for key, one in books(company).items() if submitted(one) in WEEK}
    assert keys(company, "responses", WEEK) == expected
    assert (manifest.source_rows, manifest.shown_rows) == (manifest.rows, manifest.rows)
    records = company.records("typeform", "responses", WEEK)
    assert {one["form_id"] for one in records} <= {NPS, ONBOARDING}
    nps = next(one for one in records if one["form_id"] == NPS)
    assert nps["questions"] == [
        {"ref": "nps", "metric": "nps", "scale_min": 0, "scale_max": 10, "comment_ref": "why"}
    ]
    assert not [one for one in records if one["response_type"] != "completed"]


def test_a_response_of_the_last_second_is_read_again_and_one_of_midnight_is_not(
    company: Northwind,
) -> None:
    key = max(key for key, one in books(company).items() if submitted(one) in day(5))
    for moment, holders in (("2026-07-05T23:59:59Z", {5, 6}), ("2026-07-06T00:00:00Z", {6})):
        change = {"name": "typeform.responses", "key": key, "set": {"submitted_at": moment}}
        company.control("/__world/mutate", change)
        for number in (5, 6):
            company.pull("typeform", "responses", day(number))
            assert (key in keys(company, "responses", day(number))) == (number in holders)


def test_a_response_that_was_hidden_arrives_with_the_next_day(company: Northwind) -> None:
    key = max(key for key, one in books(company).items() if submitted(one) in day(5))
    late = {"submitted_at": "2026-07-08T23:45:00Z"}
    company.control("/__world/mutate", {"name": "typeform.responses", "key": key, "set": late,
                                        "at": "2026-07-08T23:45:00Z"})  # fmt: skip
    company.at(datetime(2026, 7, 9, 0, 10, tzinfo=UTC))
    company.pull("typeform", "responses", day(8))
    assert key not in keys(company, "responses", day(8))
    company.at(NOW)
    company.pull("typeform", "responses", day(9))
    assert key in keys(company, "responses", day(9))


def test_pages_go_on_before_the_last_token_and_never_sort(company: Northwind) -> None:
    company.control("/__options", {"page_size": 2})
    company.pull("typeform", "responses", WEEK)
    queries = [one["query"] for one in company.requests()]
    assert sum("before=" in query for query in queries) > 1
    assert not [query for query in queries if "sort" in query]
    assert keys(company, "responses", WEEK) == {
        key for key, one in books(company).items() if submitted(one) in WEEK
    }


def test_a_form_that_stays_slow_is_no_limit(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(Answer(499, {"code": "TIMEOUT"}))
    with pytest.raises(SourceUnavailable, match="failed 5 times, last with status 499 TIMEOUT"):
        ask(vendor, tmp_path)


def test_a_limit_that_stays_gives_the_slot_back(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(Answer(429))
    with pytest.raises(Defer, match="somebody else uses the same quota"):
        ask(vendor, tmp_path)


def test_a_row_lost_between_two_pages_refuses_the_window(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(page(3, item(1), item(2)), page(0))
    with pytest.raises(TruncatedFetch, match="form F told 3 responses and gave 2"):
        ask(vendor, tmp_path)


def test_a_total_that_shrinks_from_page_to_page_is_no_loss(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(page(3, item(3), item(2)), page(1, item(1)))
    assert ask(vendor, tmp_path).rows == 3
    assert vendor.seen[1].query["before"] == ["r2"]


def test_a_page_that_comes_again_is_told(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(page(9, item(3), item(2)))
    with pytest.raises(EndlessPaging):
        ask(vendor, tmp_path)


def test_a_response_outside_the_window_refuses_it(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(page(1, item(1, "2026-07-10T00:00:00Z")))
    with pytest.raises(OutsideWindow):
        ask(vendor, tmp_path)


def test_a_form_that_is_slow_is_asked_again(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(Answer(499, {"code": "TIMEOUT"}), page(1, item(1)))
    assert ask(vendor, tmp_path).retries == 1


def test_a_form_that_is_gone_is_told(company: Northwind) -> None:
    with pytest.raises(RequestRefused, match="status 404"):
        company.pull("typeform", "responses", WEEK, questions="nowhere:q=nps")


# The sweep of ids


def test_ids_are_read_on_sundays_and_on_no_other_day(company: Northwind) -> None:
    for number in range(4, 10):
        company.after(day(number))
        company.control("/__log", None, "DELETE")
        note = company.pull("typeform", "responses_ids", day(number)).note
        assert (note == "") == (day(number) == SUNDAY)
        assert (company.requests() == []) == (day(number) != SUNDAY)


def test_ids_name_every_response_that_is_there_and_nothing_of_a_person(
    company: Northwind,
) -> None:
    company.after(SUNDAY)
    company.pull("typeform", "responses_ids", SUNDAY)
    expected = {key for key, one in books(company).items() if submitted(one) < SUNDAY.end}
    assert keys(company, "responses_ids", SUNDAY) == expected
    for record in company.records("typeform", "responses_ids", SUNDAY):
        assert not {"answers", "hidden", "metadata"} & set(record)


def test_a_deleted_response_is_missing_from_the_next_sweep(company: Northwind) -> None:
    key = min(key for key, one in books(company).items() if submitted(one) in day(2))
    company.after(SUNDAY)
    company.pull("typeform", "responses_ids", SUNDAY)
    assert key in keys(company, "responses_ids", SUNDAY)
    company.control("/__world/mutate", {"name": "typeform.responses", "key": key, "vanish": True,
                                        "at": "2026-07-06T00:05:00Z"})  # fmt: skip
    company.at(SUNDAY.end + timedelta(minutes=20))
    company.pull("typeform", "responses_ids", SUNDAY)
    assert key not in keys(company, "responses_ids", SUNDAY)


def test_a_window_that_holds_a_sunday_is_a_sweep(company: Northwind) -> None:
    company.pull("typeform", "responses_ids", WEEK)
    expected = {key for key, one in books(company).items() if submitted(one) < WEEK.end}
    assert keys(company, "responses_ids", WEEK) == expected


# The setting


def test_questions_are_read_with_their_scales_and_comments() -> None:
    said = "A:n=nps,why=comment; B:e=ces,c=csat/1-10,more=comment"
    assert mapped(said) == {
        "A": [Question("n", "nps", 0, 10, "why")],
        "B": [Question("e", "ces", 1, 7), Question("c", "csat", 1, 10, "more")],
    }


@pytest.mark.parametrize(
    "said", ["", "nps", "F:", "F:q", "F:q=happiness", "F:why=comment", "F:q=nps/10", "F:q=nps,,"]
)
def test_a_setting_that_says_nothing_is_refused_before_a_request(
    vendor: Vendor, tmp_path: Path, said: str
) -> None:
    with pytest.raises(RequestRefused, match="the setting questions"):
        ask(vendor, tmp_path, questions=said)
    assert vendor.seen == []
