"""Goals are a list in git: locked before their period, changed only by an approved revision.

The lock is a hash of the terms. A row whose terms no longer have its hash was edited in place; the
warehouse also remembers the terms that it saw first, so that an edit with a new hash shows, too.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from extract.errors import CxwError
from ops import whole_file
from ops.settings import Settings

TERMS = (
    "goal_slug", "revision", "metric_slug", "segment_type", "segment_slug", "starts_on", "ends_on",
    "baseline_value", "target_value", "success_type", "owner_name", "locked_at", "approved_by",
    "approved_reason",
)  # fmt: skip
COLUMNS = (*TERMS, "lock_hash")
Goal = dict[str, str]


class GoalNotLocked(CxwError):
    """A goal cannot be locked as it stands, or is no longer what was locked."""


def goals_file(settings: Settings) -> Path:
    """Return where the list of goals lies."""
    return settings.dbt_dir / "seeds" / "goals.csv"


def read_goals(path: Path) -> list[Goal]:
    """Return the goals of the list, in its order; another header is refused."""
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise GoalNotLocked(
                f"{path.name} begins with {', '.join(reader.fieldnames or ('nothing',))}",
                "goals are locked by the hash of their terms, so these stand in a fixed order",
                f"write the columns {', '.join(COLUMNS)}",
            )
        return list(reader)


def lock_hash(goal: Goal) -> str:
    """Return the hash of a goal's terms: MD5 of its columns, joined by `|`, an empty one as `~`."""
    text = "|".join(goal[name] or "~" for name in TERMS)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def lock(path: Path, now: datetime) -> list[str]:
    """Lock every goal without a lock; return `slug revision` of each. Repeating locks nothing more.

    A first revision whose period has begun is refused, and so is a later one that nobody approved.
    """
    goals = read_goals(path)
    locked = []
    for goal in goals:
        if goal["lock_hash"]:
            continue
        name = f"{goal['goal_slug']} {goal['revision']}"
        if goal["revision"] == "1" and goal["starts_on"] <= f"{now:%Y-%m-%d}":
            raise GoalNotLocked(
                f"{name} starts on {goal['starts_on']}, today is {now:%Y-%m-%d}",
                "a goal that is set when its period runs can be set by what is known already",
                "let it start later, or add a further revision of a goal that was locked in time",
            )
        if goal["revision"] != "1" and not (goal["approved_by"] and goal["approved_reason"]):
            raise GoalNotLocked(
                f"{name} changes a goal and nobody approved it",
                "a target that is moved without a person and a reason is no target",
                "fill approved_by and approved_reason, then lock again",
            )
        goal["locked_at"] = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        goal["lock_hash"] = lock_hash(goal)
        locked.append(name)
    if locked:
        _write(path, goals)
    return locked


def check(path: Path) -> int:
    """Return how many goals there are; refuse when one is not locked or was edited since."""
    goals = read_goals(path)
    for goal in goals:
        if goal["lock_hash"] != lock_hash(goal):
            raise GoalNotLocked(
                f"{goal['goal_slug']} {goal['revision']}: its terms have another hash than its lock"
                if goal["lock_hash"]
                else f"{goal['goal_slug']} {goal['revision']} has no lock",
                "its verdict would be void: a goal counts as it was before its period",
                "undo the edit and add a further revision, or run `cxw goals lock`",
            )
    return len(goals)


def _write(path: Path, goals: Sequence[Goal]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(goals)
    whole_file.write(path, text.getvalue())
