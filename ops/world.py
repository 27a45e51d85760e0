"""The parameters of the simulated company, kept beside the lake: the next run goes on in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ops import whole_file
from ops.settings import ConfigurationError

FIRST_DAYS = 90


@dataclass(frozen=True, slots=True)
class WorldParameters:
    """Seed, size and first day: together they are the company."""

    seed: int = 7
    customers: int = 2000
    start: date = date(2026, 7, 1)


def world_of(data_dir: Path, **asked: Any) -> WorldParameters:
    """Return the company that this data folder knows; begin it when there is none.

    Asking for another one is refused: its customers would mix with those of the first.
    """
    path = data_dir / "sandbox.json"
    wanted = {name: value for name, value in asked.items() if value is not None}
    if not path.exists():
        world = WorldParameters(**wanted)
        whole_file.write(path, json.dumps(asdict(world), default=str) + "\n")
        return world
    known = json.loads(path.read_text())
    world = WorldParameters(
        int(known["seed"]), int(known["customers"]), date.fromisoformat(known["start"])
    )
    other = {name: value for name, value in wanted.items() if value != getattr(world, name)}
    if other:
        name, value = next(iter(other.items()))
        raise ConfigurationError(
            f"{name} {value} is asked for, {path.name} says {getattr(world, name)}",
            "another company's customers would mix with the ones in the lake",
            "leave the option out, or set CXW_DATA_DIR to an empty folder",
        )
    return world
