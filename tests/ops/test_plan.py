"""The plan: gaps between the lake's file names and the moment asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extract.lake import landed_path
from extract.source import Kind, Settings, Source, Stream, Window
from ops import plan


def day(number: int) -> datetime:
    return datetime(2026, 7, 1, tzinfo=UTC) + timedelta(days=number - 1)


def stream(name: str, kind: Kind = Kind.ENTITY, **more: object) -> Stream:
    return Stream(name, kind, ("id",), lambda *_: iter(()), **more)  # type: ignore[arg-type]


def source(name: str, *streams: Stream) -> Source:
    return Source(name, Settings, lambda _: None, streams)  # type: ignore[arg-type, return-value]


def accept(lake: Path, name: str, start: int, end: int) -> None:
    source_name, stream_name = name.split(".")
    window = Window(day(start), day(end))
    path = landed_path(lake, "raw", source_name, stream_name, window)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


DESK = source("desk", stream("tickets"), stream("users"))
FEED = source("feed", stream("posts", Kind.EVENT, horizon=timedelta(days=7)))
CRM = source("crm", stream("owners", Kind.SNAPSHOT))


def windows(runs: list[plan.PlannedRun]) -> list[tuple[str, int, int]]:
    return [(r.source, (r.start - day(1)).days + 1, (r.end - day(1)).days + 1) for r in runs]


def test_an_empty_lake_is_one_gap(tmp_path: Path) -> None:
    assert windows(plan.missing_runs(tmp_path, [DESK], day(1), day(91))) == [("desk", 1, 91)]


def test_a_full_lake_needs_no_run(tmp_path: Path) -> None:
    for name in ("desk.tickets", "desk.users"):
        accept(tmp_path, name, 1, 5)
    assert plan.missing_runs(tmp_path, [DESK], day(1), day(5)) == []


def test_one_day_further_is_one_run_of_that_day(tmp_path: Path) -> None:
    for name in ("desk.tickets", "desk.users"):
        accept(tmp_path, name, 1, 3)
        accept(tmp_path, name, 3, 5)
    runs = plan.missing_runs(tmp_path, [DESK], day(1), day(6))
    assert windows(runs) == [("desk", 5, 6)]


def test_a_hole_is_closed_from_its_start(tmp_path: Path) -> None:
    accept(tmp_path, "desk.tickets", 1, 5)
    accept(tmp_path, "desk.users", 1, 2)
    accept(tmp_path, "desk.users", 3, 5)
    assert windows(plan.missing_runs(tmp_path, [DESK], day(1), day(5))) == [("desk", 2, 5)]


def test_a_source_that_forgets_is_read_day_by_day(tmp_path: Path) -> None:
    runs = plan.missing_runs(tmp_path, [FEED], day(1), day(4))
    assert windows(runs) == [("feed", 1, 2), ("feed", 2, 3), ("feed", 3, 4)]


def test_what_a_source_has_forgotten_is_not_asked_for(tmp_path: Path) -> None:
    runs = plan.missing_runs(tmp_path, [DESK, FEED], day(1), day(20), now=day(20))
    assert windows(runs)[0] == ("feed", 14, 15)
    assert ("desk", 1, 20) in windows(runs)


def test_a_snapshot_of_the_past_is_not_asked_for(tmp_path: Path) -> None:
    assert windows(plan.missing_runs(tmp_path, [CRM], day(1), day(9))) == [("crm", 8, 9)]
    accept(tmp_path, "crm.owners", 8, 9)
    assert plan.missing_runs(tmp_path, [CRM], day(1), day(9)) == []


def test_runs_come_in_the_order_of_time(tmp_path: Path) -> None:
    runs = plan.missing_runs(tmp_path, [DESK, FEED], day(1), day(3))
    assert windows(runs) == [("feed", 1, 2), ("desk", 1, 3), ("feed", 2, 3)]


def test_a_refused_file_leaves_its_gap_open(tmp_path: Path) -> None:
    path = landed_path(tmp_path, "refused", "feed", "posts", Window(day(1), day(2)))
    path.parent.mkdir(parents=True)
    path.touch()
    assert windows(plan.missing_runs(tmp_path, [FEED], day(1), day(2))) == [("feed", 1, 2)]


@pytest.mark.parametrize(("end", "expected"), [(5, day(5)), (9, day(9))])
def test_the_lake_reaches_as_far_as_its_last_file(
    tmp_path: Path, end: int, expected: datetime
) -> None:
    accept(tmp_path, "desk.tickets", 1, end)
    assert plan.landed_until(tmp_path, [DESK, FEED]) == expected


def test_an_empty_lake_reaches_nowhere(tmp_path: Path) -> None:
    assert plan.landed_until(tmp_path, [DESK]) is None
