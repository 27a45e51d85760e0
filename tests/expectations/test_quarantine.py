"""A held row keeps what it came with; a person lets it pass or leaves it out, for good."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from expectations import promotion, quarantine
from expectations.errors import UndecidableRow
from expectations.gate import check_landed
from expectations.results import Outcome, Verdict
from extract.lake import landed_path
from ops import build, reviews
from ops import settings as ops_settings
from tests.expectations.landed import DAY, NOW, Row, call, calls, land, row_of

RAW = landed_path(Path(), "raw", "zendesk", "calls", DAY)
TYPE = "Expected `int`, got `str` - at `$.talk_time`"
KINDS = ("release", "drop", "not now")
LATER = NOW + timedelta(hours=1)


def gate(lake: Path) -> Verdict:
    return check_landed("zendesk", "calls", DAY, lake, NOW, lake / "results")


def day_with(*held: int) -> list[Row]:
    rows = calls(200)
    for number in held:
        rows[number] = row_of(call(number, DAY.start, talk_time=-5), DAY.start, DAY)
    return rows


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """Give a lake with two rows held by a rule and one whose type staging does not read."""
    rows = day_with(7, 8)
    rows[9] = row_of(call(9, DAY.start, talk_time="x"), DAY.start, DAY)
    rows[9]["_error"] = TYPE
    lake = tmp_path / "lake"
    land(lake, rows)
    assert gate(lake).quarantined_rows == 3
    return lake


def held(lake: Path) -> dict[str, quarantine.Held]:
    return {row.row_key.partition(":")[0]: row for row in quarantine.held(lake)}


def errors(lake: Path) -> dict[str, str]:
    table = pq.ParquetFile(lake / RAW).read(["_pk", "_error"]).to_pylist()
    return {row["_pk"]: row["_error"] for row in table if row["_error"]}


def test_a_held_row_keeps_value_reason_file_and_interval(lake: Path) -> None:
    found = held(lake)
    assert {key: row.held_reason for key, row in found.items()} == {
        "7": "gate: talk_time is -5.0, below 0",
        "8": "gate: talk_time is -5.0, below 0",
        "9": TYPE,
    }
    row = found["7"]
    assert (row.stream, row.interval_start, row.interval_end) == (
        "zendesk.calls",
        DAY.start,
        DAY.end,
    )
    assert lake / "raw" / row.file_path == lake / RAW
    assert json.loads(quarantine.record_of(lake, row)["_payload"])["talk_time"] == -5
    assert list(quarantine.held(lake, "zendesk.users")) == []


def test_a_released_file_is_as_if_nothing_had_been_held(lake: Path) -> None:
    before = pq.ParquetFile(lake / RAW).read()
    sha = build.manifest_sha(lake / RAW)
    ids = [row.row_id for row in held(lake).values()]
    quarantine.decide(lake, ids, "release", "Ann", "they are true", LATER)
    after = pq.ParquetFile(lake / RAW).read()
    assert after.drop(["_error"]).equals(before.drop(["_error"]))
    assert after["_error"].null_count == len(after)
    assert build.manifest_sha(lake / RAW) != sha, "the next build reads the file again"
    assert held(lake) == {}


def test_a_dropped_row_says_who_and_why_and_is_held_no_more(lake: Path) -> None:
    quarantine.decide(lake, [held(lake)["7"].row_id], "drop", "Ann", "a test call", LATER)
    assert errors(lake)["7"] == "gate: dropped by Ann: a test call"
    assert set(held(lake)) == {"8", "9"}
    [decision] = quarantine.decisions(lake)
    assert (decision.decided_by, decision.decision_reason, decision.decided_at) == (
        *("Ann", "a test call"),
        LATER,
    )
    assert decision.held_reason == "gate: talk_time is -5.0, below 0"


def test_answers_of_the_daily_review_are_carried_out(lake: Path) -> None:
    settings = ops_settings.load({"CXW_DATA_DIR": str(lake.parent)}, working_dir=lake)
    found = held(lake)
    said = {found[key].row_id: [kind] for key, kind in zip("789", KINDS, strict=True)}
    asked = reviews.held_rows(settings, most=20)
    assert {question["subject"] for question in asked} == {f"{row}: zendesk.calls" for row in said}
    answers = [
        {"chosen_options": said[one["subject"][:12]], "responded_by_user": {"name": "Ann"}}
        for one in asked
    ]
    assert reviews.keep_rows(settings, asked, answers) == 2
    assert set(held(lake)) == {"9"}
    assert errors(lake)["8"] == "gate: dropped by Ann: answered in the review of held rows"


def test_decisions_hold_when_the_interval_is_read_again(lake: Path) -> None:
    found = held(lake)
    quarantine.decide(lake, [found["7"].row_id], "drop", "Ann", "a test call", LATER)
    quarantine.decide(lake, [found["9"].row_id], "release", "Ann", "text is fine", LATER)
    rows = day_with(7, 8)
    rows[9] = row_of(call(9, DAY.start, talk_time="x"), DAY.start, DAY)
    rows[9]["_error"] = TYPE
    land(lake, rows)
    verdict = gate(lake)
    assert (verdict.outcome, verdict.quarantined_rows) == (Outcome.QUARANTINED, 1)
    assert errors(lake) == {
        "7": "gate: dropped by Ann: a test call",
        "8": "gate: talk_time is -5.0, below 0",
    }


def test_another_version_of_a_released_record_is_judged_by_itself(lake: Path) -> None:
    quarantine.decide(lake, [held(lake)["7"].row_id], "release", "Ann", "true", LATER)
    rows = calls(200)
    rows[7] = row_of(call(7, DAY.start, talk_time=-6), DAY.start, DAY)
    land(lake, rows)
    assert gate(lake).quarantined_rows == 1


def test_a_drop_is_taken_back_by_a_release(lake: Path) -> None:
    row = held(lake)["7"]
    quarantine.decide(lake, [row.row_id], "drop", "Ann", "a test call", LATER)
    quarantine.decide(lake, [row.row_id], "release", "Ben", "no, it was real", LATER + timedelta(1))
    assert "7" not in errors(lake)


def test_a_decision_may_be_repeated(lake: Path) -> None:
    name = held(lake)["7"].row_id
    for hour in range(2):
        moment = LATER + timedelta(hours=hour)
        quarantine.decide(lake, [name], "release", "Ann", "true", moment)
    assert len(quarantine.decisions(lake)) == 1
    assert not quarantine.apply(lake, LATER), "an applied decision leaves the file alone"


@pytest.mark.parametrize(
    ("name", "by", "why", "says"),
    [
        ("nothing", "Ann", "x", "row nothing is not held.*cxw quarantine list"),
        (None, "", "x", "who decided it"),
        (None, "Ann", " ", "who decided it"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    lake: Path, name: str | None, by: str, why: str, says: str
) -> None:
    row = name or held(lake)["7"].row_id
    with pytest.raises(UndecidableRow, match=says):
        quarantine.decide(lake, [row], "drop", by, why, LATER)
    assert quarantine.decisions(lake) == []


@pytest.mark.parametrize("step", ["before the file", "in the file", "before the rename"])
def test_a_kill_between_decision_and_file_is_made_up_for(
    lake: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever was cut off, the old file stands whole until the next build applies the decision."""

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    row, before = held(lake)["7"], (lake / RAW).read_bytes()
    with monkeypatch.context() as patched:
        if step == "before the file":
            patched.setattr(quarantine, "apply", die)
        elif step == "in the file":
            patched.setattr(promotion, "_marked", die)
        else:
            fsync = os.fsync
            patched.setattr(os, "fsync", lambda h: die() if ".tmp" in _name(h) and "raw" in _name(h)
                            else fsync(h))  # fmt: skip
        with pytest.raises(Killed):
            quarantine.decide(lake, [row.row_id], "release", "Ann", "true", LATER)
    assert (lake / RAW).read_bytes() == before
    assert quarantine.apply(lake, LATER) == 1
    assert "7" not in errors(lake)
    assert quarantine.apply(lake, LATER) == 0


def _name(handle: int) -> str:
    return os.readlink(f"/proc/self/fd/{handle}")
