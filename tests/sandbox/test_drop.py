"""The drop folder: exports that follow from the company's own books, delivered as teams do."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from sandbox.clients import clients_at
from sandbox.drop import Drop, deliveries
from sandbox.world import World

START = date(2026, 7, 1)
NOW = datetime(2026, 8, 15, 0, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    made = World(7, 250, START)
    made.advance(NOW)
    return made


@pytest.fixture(scope="module")
def folder(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    drop = Drop(tmp_path_factory.mktemp("drop"), world.company)
    drop.reach(NOW)
    return drop.folder


def figures(folder: Path, day: date) -> list[dict[str, str]]:
    text = (folder / f"acd_intervals_{day}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_figures_of_the_queue_are_those_of_the_calls(world: World, folder: Path) -> None:
    names = {360_011: "Billing", 360_012: "Care", 360_013: "Technical"}
    shown = {one.key: one.record for one in world.versions("zendesk.calls", NOW)}
    offered: Counter[tuple[str, str]] = Counter()
    answered, in_target, abandoned, short = (Counter[tuple[str, str]]() for _ in range(4))
    waits: dict[tuple[str, str], list[int]] = {}
    for call in shown.values():
        if call["direction"] != "inbound" or call["ivr_action"] != "queue":
            continue
        began = datetime.fromisoformat(call["created_at"])
        entered = (began + timedelta(seconds=call["ivr_time_spent"])).astimezone(
            ZoneInfo("Europe/Amsterdam")
        )
        if entered.date() != date(2026, 8, 10):
            continue
        quarter = entered.replace(minute=entered.minute // 15 * 15, second=0)
        place = (names[call["call_group_id"]], quarter.strftime("%d-%m-%Y %H:%M"))
        wait = call["wait_time"] - call["ivr_time_spent"]
        offered[place] += 1
        if call["completion_status"] == "completed":
            answered[place] += 1
            in_target[place] += wait <= 20
            waits.setdefault(place, []).append(wait)
        else:
            abandoned[place] += 1
            short[place] += wait <= 5
    told = {
        (one["Queue"], one["Interval start"]): one for one in figures(folder, date(2026, 8, 10))
    }
    assert sum(offered.values()) > 20
    for place, one in told.items():
        assert int(one["offered"]) == offered[place]
        assert int(one["answered"]) == answered[place]
        assert int(one["answered_in_target"]) == in_target[place]
        assert int(one["abandoned"]) == abandoned[place]
        assert int(one["short_abandoned"]) == short[place]
        taken = waits.get(place, [])
        mean = f"{sum(taken) / len(taken):.2f}".replace(".", ",") if taken else ""
        assert one["mean_answered_wait_seconds"] == mean
    assert set(offered) <= set(told)


def test_every_quarter_of_every_queue_is_there_also_on_sundays(folder: Path) -> None:
    rows = figures(folder, date(2026, 8, 9))
    assert len(rows) == 3 * 72
    assert {one["offered"] for one in rows} == {"0"}


def test_roster_names_every_agent_once_and_changes(world: World, folder: Path) -> None:
    rosters = [pq.read_table(path).to_pylist() for path in sorted(folder.glob("agent_roster_*"))]
    assert len(rosters) == 7
    for roster in rosters:
        assert sorted(one["agent_id"] for one in roster) == sorted(world.company.agent_ids)
    assert rosters[0] != rosters[-1]
    assert all(one["valid_from"] <= date(2026, 8, 10) for one in rosters[-1])


def test_posts_say_when_they_were_published(folder: Path) -> None:
    for path in folder.glob("brand_posts_*"):
        day = path.stem.removeprefix("brand_posts_").removesuffix("_1")
        for line in path.read_text().splitlines():
            published = datetime.fromtimestamp(json.loads(line)["published_at"] / 1000, UTC)
            assert published.date().isoformat() == day


def test_some_files_come_late_and_some_twice(world: World) -> None:
    found = [
        (day, one)
        for day in (START + timedelta(days=n) for n in range(90))
        for one in deliveries(world.company, day)
    ]
    late = [one for day, one in found if one.us > _midnight(day) + 2 * 86_400_000_000]
    assert 3 <= len(late) <= 25
    assert 3 <= sum("_1." in one.name for _, one in found) <= 25
    assert len({one.name for _, one in found}) == len(found)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), UTC).timestamp()) * 1_000_000


def test_files_appear_as_the_clock_moves_and_stay_as_they_are(world: World, tmp_path: Path) -> None:
    drop = Drop(tmp_path, world.company)
    drop.reach(datetime(2026, 7, 4, 0, 4, tzinfo=UTC))
    assert not list(tmp_path.glob("*2026-07-03*"))
    drop.reach(datetime(2026, 7, 5, 0, 10, tzinfo=UTC))
    assert list(tmp_path.glob("acd_intervals_2026-07-03*"))
    kept = tmp_path / "brand_posts_2026-07-02.ndjson"
    kept.write_text("mine\n")
    Drop(tmp_path, world.company).reach(NOW)
    assert kept.read_text() == "mine\n"
    assert not list(tmp_path.glob(".*"))


def test_clients_are_told_of_the_folder_where_there_is_one() -> None:
    assert clients_at("http://x", "/drop")["files"] == {"base_url": "/drop"}
    assert "files" not in clients_at("http://x")


def test_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", "0", "--customers", "5",
         "--drop", str(tmp_path / "taken")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
