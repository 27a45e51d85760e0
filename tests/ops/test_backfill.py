"""Backfill and gaps, against the simulated company: what is missing comes, and nothing twice."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from extract import SOURCES
from extract.errors import CredentialsRefused, Defer, ImpossibleWindow, MissingKey
from extract.lake import land, landed_path
from extract.source import Batch, Window
from ops import backfill, by_hand, children, plan
from ops import settings as ops_settings
from ops.settings import Settings, with_source
from ops.world import WorldParameters

FIRST = datetime(2026, 7, 1, tzinfo=UTC)
FOUR_DAYS = ("2026-07-01", "2026-07-05")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("sandbox") / "sandbox.log"
    with children.sandbox(WorldParameters(5, 60, date(2026, 7, 1)), at(5), log) as base_url:
        yield base_url


@pytest.fixture
def there(url: str, tmp_path: Path) -> Iterator[Settings]:
    given = ops_settings.load({"CXW_DATA_DIR": str(tmp_path / "data")}, working_dir=tmp_path)
    settings = replace(children.sandboxed(given, url), sandbox="off")
    yield settings
    httpx.delete(f"{url}/__faults").raise_for_status()
    httpx.delete(f"{url}/__log").raise_for_status()


def at(day: int) -> datetime:
    return FIRST + timedelta(days=day - 1, minutes=10)


def fill(settings: Settings, source: str, stream: str | None = None, **how: Any) -> list[str]:
    how = {"again": False, "share": 1.0, **how}
    return list(by_hand.backfill(settings, source, stream, *FOUR_DAYS, **how))


def files(settings: Settings, source: str, stream: str) -> list[str]:
    folder = settings.lake / "raw" / source / stream
    return sorted(path.parent.name for path in folder.rglob("*.parquet"))


def requests(url: str) -> int:
    counts: dict[str, int] = httpx.get(f"{url}/__log").json()["counts"]
    return sum(counts.values())


def fault(url: str, **how: Any) -> None:
    httpx.post(f"{url}/__faults", json=[how]).raise_for_status()


def test_each_day_becomes_a_file_that_the_gate_accepted(there: Settings) -> None:
    said = fill(there, "zendesk", "users")
    assert files(there, "zendesk", "users") == [f"dt=2026-07-0{day}" for day in (1, 2, 3, 4)]
    assert [line.split("  ")[0] for line in said] == [f"{n} of 4" for n in (1, 2, 3, 4)]
    assert sum(int(re.findall(r"([\d,]+) rows", line)[0]) for line in said) > 0


def test_a_backfill_that_was_stopped_goes_on_where_it_was(there: Settings, url: str) -> None:
    begun = by_hand.backfill(there, "zendesk", "calls", *FOUR_DAYS, again=False, share=1.0)
    next(begun)
    next(begun)
    begun.close()
    assert len(files(there, "zendesk", "calls")) == 2
    assert [line.split("  ")[0] for line in fill(there, "zendesk", "calls")] == ["1 of 2", "2 of 2"]
    before = requests(url)
    assert "every day" in fill(there, "zendesk", "calls")[0]
    assert requests(url) == before
    assert len(fill(there, "zendesk", "calls", again=True)) == 4


def test_a_snapshot_is_skipped_with_the_reason(there: Settings) -> None:
    said = fill(there, "hubspot", "owners")
    assert "hubspot.owners: skipped; a snapshot shows what is true now" in said[0]
    assert files(there, "hubspot", "owners") == []


def accept(settings: Settings, source: str, stream: str, window: Window, note: str = "") -> None:
    """Put an empty file where the gate would have put it."""
    declared = SOURCES[source].stream(stream)
    land(settings.lake, source, declared, window, [Batch(note=note)], now=window.end)
    path = landed_path(settings.lake, "raw", source, stream, window)
    path.parent.mkdir(parents=True)
    landed_path(settings.lake, "landing", source, stream, window).rename(path)


def gaps(settings: Settings, name: str) -> list[str]:
    return [line for line in by_hand.gaps(settings, None) if line.startswith(f"{name} ")]


def test_a_gap_is_named_with_the_command_that_closes_it(there: Settings) -> None:
    fill(there, "zendesk", "legs")
    assert gaps(there, "zendesk.legs") == []
    day = Window(FIRST + timedelta(days=1), FIRST + timedelta(days=2))
    landed_path(there.lake, "raw", "zendesk", "legs", day).unlink()
    [line] = gaps(there, "zendesk.legs")
    command = line.partition(": ")[2].split()
    assert command[:4] == ["cxw", "backfill", "zendesk", "legs"]
    closing = by_hand.backfill(
        there, "zendesk", "legs", command[5], command[7], again=False, share=1.0
    )
    assert len(list(closing)) == 1
    assert gaps(there, "zendesk.legs") == []


def test_a_stream_that_never_landed_is_a_gap_of_a_source_in_use(there: Settings) -> None:
    assert list(by_hand.gaps(there, None)) == []
    fill(there, "zendesk", "legs")
    [line] = gaps(there, "zendesk.calls")
    assert "--from 2026-07-01T00:00:00Z" in line
    assert gaps(there, "zendesk.agent_activity") == [], "a snapshot cannot be made up for"
    assert gaps(there, "hubspot.deals") == [], "the source is not in use"


def test_days_after_the_last_file_are_a_gap(there: Settings) -> None:
    fill(there, "zendesk", "legs")
    later = FIRST + timedelta(days=6, hours=6)
    children.set_clock(there.clock_url or "", later)
    [line] = gaps(there, "zendesk.legs")
    assert "--from 2026-07-05T00:00:00Z --to 2026-07-07T00:00:00Z" in line
    children.set_clock(there.clock_url or "", at(5))


def test_a_file_that_came_too_early_is_a_gap_once_no_run_reads_it_again(there: Settings) -> None:
    day, stream = Window(FIRST, FIRST + timedelta(days=1)), SOURCES["ga4"].stream("events")
    accept(there, "ga4", "events", day, "not exported yet")
    soon, late = day.end + timedelta(days=2), day.end + timedelta(days=4)
    assert plan.still_empty(there.lake, "ga4", stream, soon) == [], "it is restated for three days"
    assert plan.still_empty(there.lake, "ga4", stream, late) == [day]
    todo = backfill.tasks(there.lake, SOURCES["ga4"], (stream,), day, late, again=False)
    assert todo == [backfill.Task("events", day)]


def test_a_restated_day_is_read_once_and_alone(there: Settings, url: str) -> None:
    fill(there, "ga4", "report_daily")
    assert files(there, "ga4", "report_daily") == [f"dt=2026-07-0{day}" for day in (1, 2, 3, 4)]
    asked = [
        one for one in httpx.get(f"{url}/__log").json()["requests"] if "runReport" in one["path"]
    ]
    assert len(asked) == 4


def test_a_stream_that_cannot_be_read_stops_no_other(there: Settings) -> None:
    said: list[str] = []
    for line in by_hand.extract(there, "facebook", None, "2026-07-01", "2026-07-02"):
        said.append(line)
    assert len(said) == len(SOURCES["facebook"].streams)
    assert ["skipped" in line for line in said].count(True) == 1


def test_a_gap_that_the_source_forgot_is_said_to_be_lost(there: Settings) -> None:
    for day in (1, 3):
        window = Window(FIRST + timedelta(days=day - 1), FIRST + timedelta(days=day))
        accept(there, "x", "search_posts", window)
    later = replace(there, clock_url=None)  # the machine's clock: months later
    assert "lost, the source forgot it" in gaps(later, "x.search_posts")[0]


def test_one_refused_day_stops_no_other(there: Settings, url: str) -> None:
    fault(url, path_regex="/zendesk/.*users", flip={"id": None}, times=1)
    said: list[str] = []
    filling = by_hand.backfill(there, "zendesk", "users", *FOUR_DAYS, again=False, share=1.0)
    with pytest.raises(MissingKey):
        said.extend(filling)
    assert ["refused" in line for line in said] == [True, False, False, False]
    assert len(files(there, "zendesk", "users")) == 3


def test_refused_credentials_stop_all(there: Settings, url: str) -> None:
    told = httpx.get(f"{url}/__settings").json()["zendesk"]
    wrong = with_source(there, "zendesk", {**told, "api_token": "wrong"})
    before = requests(url)
    with pytest.raises(CredentialsRefused):
        fill(wrong, "zendesk")
    assert requests(url) == before + 1


def test_a_source_that_asks_to_come_back_is_waited_for(there: Settings, url: str) -> None:
    fault(url, path_regex="/zendesk/", status=429, headers={"Retry-After": "600"}, times=1)
    slept: list[float] = []
    source = SOURCES["zendesk"]
    window = Window(FIRST, FIRST + timedelta(days=1))
    todo = [backfill.Task("users", window)]
    said = list(backfill.run(there, source, todo, "test", share=1.0, sleep=slept.append))
    assert slept == [600.0]
    assert "waits 0:10:00" in said[0]
    assert files(there, "zendesk", "users") == ["dt=2026-07-01"]


def test_a_wait_beyond_patience_ends_the_day(there: Settings, url: str) -> None:
    fault(url, path_regex="/zendesk/", status=429, headers={"Retry-After": "600"}, times=None)
    impatient = replace(there, patience_seconds=1000)
    todo = [backfill.Task("users", Window(FIRST, FIRST + timedelta(days=1)))]
    with pytest.raises(Defer):
        list(backfill.run(impatient, SOURCES["zendesk"], todo, "test", sleep=lambda _: None))


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5])
def test_a_share_that_is_none_is_refused(there: Settings, share: float) -> None:
    with pytest.raises(ImpossibleWindow, match="give a share of 0 to 1"):
        fill(there, "zendesk", "users", share=share)
