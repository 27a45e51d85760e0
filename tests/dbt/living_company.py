"""A small company that lives on while its lake is read: all ten sources, over HTTP, day by day."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from extract import SOURCES
from extract.source import DAY, Kind, Window
from ops import build as building
from ops import children, settings, steps
from ops.settings import Settings
from ops.world import WorldParameters

START = date(2026, 7, 1)
FIRST = datetime(START.year, START.month, START.day, tzinfo=UTC)


@dataclass
class LivingLake:
    """The lake of a company that goes on; a build asks it for the files that are new."""

    settings: Settings
    known: dict[str, building.LakeFile] = field(default_factory=dict)
    today: int = 0

    @property
    def root(self) -> Path:
        return self.settings.lake

    def stand_after(self, day: int) -> None:
        """Move the company's clock to where the timetable reads a day."""
        assert self.settings.clock_url
        self.today = day
        children.set_clock(self.settings.clock_url, FIRST + DAY * (day + 1) + children.AFTER_END)

    def read(self, day: int, streams: Collection[str] = (), without: Collection[str] = ()) -> None:
        """Extract a day of some streams or of all ('zendesk.calls'), and accept what came.

        The gate judges a file by itself and has its own tests: here every file passes.
        """
        window = Window(FIRST + DAY * day, FIRST + DAY * (day + 1))
        for source in SOURCES.values():
            for stream in source.streams:
                name = f"{source.name}.{stream.name}"
                if (not streams or name in streams) and name not in without:
                    steps.extract(self.settings, source.name, stream.name, window, run_id="test")
        for landed in sorted((self.root / "landing").rglob("*.parquet")):
            accepted = self.root / "raw" / landed.relative_to(self.root / "landing")
            accepted.parent.mkdir(parents=True, exist_ok=True)
            landed.replace(accepted)

    def read_again(self, day: int) -> None:
        """Read an old day as it stands now; what was true on it, or is too old, is past."""
        past = {
            f"{source.name}.{stream.name}"
            for source in SOURCES.values()
            for stream in source.streams
            if stream.kind is Kind.SNAPSHOT
            or (stream.horizon and stream.horizon <= DAY * (self.today + 1 - day))
        }
        self.read(day, without=past)

    def take_new_files(self) -> dict[str, list[str]]:
        """Return the accepted files that no build was given yet, by stream."""
        fresh = building.new_files(self.root, self.known)
        self.known |= {file.path: file for file in fresh}
        return building.by_stream(self.root, fresh)


@contextmanager
def living(folder: Path, seed: int, customers: int) -> Iterator[LivingLake]:
    """Found a company and keep it alive; its data goes under the folder."""
    given = settings.load({"CXW_DATA_DIR": str(folder / "data")}, working_dir=folder)
    world = WorldParameters(seed=seed, customers=customers, start=START)
    drop = given.data_dir / "drop"
    with children.sandbox(world, FIRST + timedelta(hours=1), folder / "sandbox.log", drop) as url:
        yield LivingLake(children.sandboxed(given, url))
