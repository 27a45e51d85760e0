"""The lock on goals: set before their period, and broken by any edit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops.goals import COLUMNS, GoalNotLocked, check, lock, lock_hash, read_goals

NOW = datetime(2026, 6, 24, 9, tzinfo=UTC)
FIRST = "nps_q3,1,nps,all,all,2026-07-01,2026-10-01,-5,5,at_least,Head of CX,,,,"
LATER = "nps_q3,2,nps,all,all,2026-07-01,2026-10-01,-5,3,at_least,Head of CX,,{},{},"


def listed(folder: Path, *rows: str) -> Path:
    path = folder / "goals.csv"
    path.write_text("\n".join((",".join(COLUMNS), *rows)) + "\n")
    return path


def test_the_lock_is_the_hash_of_the_terms() -> None:
    goal = dict(zip(COLUMNS, FIRST.split(","), strict=True))
    goal["locked_at"] = "2026-06-24T09:00:00Z"
    # printf 'nps_q3|1|nps|all|all|2026-07-01|…|Head of CX|2026-06-24T09:00:00Z|~|~' | md5sum
    assert lock_hash(goal) == "ff7ffb5188344085604ff3fc3f9ba8f1"


def test_a_goal_is_locked_once(tmp_path: Path) -> None:
    path = listed(tmp_path, FIRST)
    assert lock(path, NOW) == ["nps_q3 1"]
    text = path.read_text()
    assert (lock(path, NOW), path.read_text(), check(path)) == ([], text, 1)
    assert read_goals(path)[0]["locked_at"] == "2026-06-24T09:00:00Z"


def test_a_goal_whose_period_runs_is_refused(tmp_path: Path) -> None:
    path = listed(tmp_path, FIRST)
    with pytest.raises(GoalNotLocked, match="starts on 2026-07-01, today is 2026-07-01"):
        lock(path, datetime(2026, 7, 1, tzinfo=UTC))
    assert not read_goals(path)[0]["lock_hash"]


@pytest.mark.parametrize(("who", "why"), [("", "merger"), ("board", "")])
def test_a_revision_wants_a_person_and_a_reason(tmp_path: Path, who: str, why: str) -> None:
    path = listed(tmp_path, LATER.format(who, why))
    with pytest.raises(GoalNotLocked, match="nobody approved it"):
        lock(path, NOW)


def test_an_approved_revision_is_locked_at_any_time(tmp_path: Path) -> None:
    path = listed(tmp_path, LATER.format("board", "merger"))
    assert lock(path, datetime(2026, 8, 1, tzinfo=UTC)) == ["nps_q3 2"]


def test_an_edit_after_the_lock_is_told(tmp_path: Path) -> None:
    path = listed(tmp_path, FIRST)
    lock(path, NOW)
    path.write_text(path.read_text().replace(",5,at_least", ",1,at_least"))
    with pytest.raises(GoalNotLocked, match="another hash than its lock"):
        check(path)


def test_a_goal_without_a_lock_is_told(tmp_path: Path) -> None:
    with pytest.raises(GoalNotLocked, match="nps_q3 1 has no lock"):
        check(listed(tmp_path, FIRST))


def test_another_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "goals.csv"
    path.write_text("goal,target\n")
    with pytest.raises(GoalNotLocked, match="begins with goal, target"):
        read_goals(path)
