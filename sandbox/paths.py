"""Change what a path names inside a decoded JSON document: `a.b`, `tags[0]`, `fields[*].value`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

STEP = re.compile(r"([^.\[\]]+)|\[(\d+|\*)\]")


def change(target: Any, path: str, act: Callable[[Any, str | int], None]) -> None:
    """Act on what a path names inside a document; a path that leads nowhere changes nothing."""
    steps = [key or (int(at) if at != "*" else "*") for key, at in
             STEP.findall(path.removeprefix("$."))]  # fmt: skip
    holders = [target]
    for step in steps[:-1]:
        holders = [inner for holder in holders for inner in _inner(holder, step)]
    for holder in holders:
        last = steps[-1]
        if isinstance(holder, list):
            # from the end, so that removing one leaves the others where they are
            for at in range(len(holder) - 1, -1, -1):
                if last in {"*", at}:
                    act(holder, at)
        elif isinstance(holder, dict) and isinstance(last, str):
            act(holder, last)


def _inner(holder: Any, step: str | int) -> list[Any]:
    if isinstance(holder, list):
        if step == "*":
            return holder
        return [holder[step]] if isinstance(step, int) and step < len(holder) else []
    return [holder[step]] if isinstance(holder, dict) and step in holder else []


def putting(value: Any) -> Callable[[Any, str | int], None]:
    """Give the act that writes a value."""

    def act(holder: Any, step: str | int) -> None:
        holder[step] = value

    return act


def remove(holder: Any, step: str | int) -> None:
    """Take a step out of what holds it."""
    if isinstance(holder, dict):
        holder.pop(step, None)
    elif isinstance(step, int):
        del holder[step]


def put(record: Any, values: dict[str, Any]) -> None:
    """Set values by path inside one record."""
    for path, value in values.items():
        change(record, path, putting(value))


def drop(record: Any, paths: Sequence[str]) -> None:
    """Take what paths name out of one record."""
    for path in paths:
        change(record, path, remove)
