"""A company whose days pass one by one: read, judged, built and watched as the DAGs do it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from extract import SOURCES
from extract.source import DAY, Window
from ops import children, publish, steps
from ops.world import WorldParameters
from tests.faults.bench import FIRST, Bench, reading
from tests.ops.conftest import Office


@dataclass
class Days(Bench):
    """A bench on which whole days pass; its releases are those of real builds."""

    first: datetime = FIRST

    def begin(self, number: int) -> None:
        """Let a day end: the company lives it, and the clock stands where the timetable reads."""
        start = self.first + DAY * number
        self.day, self.before = Window(start, start + DAY), Window(start - DAY, start)
        self.run_id = f"{start:%Y-%m-%d}"
        self.stand(self.day.end + children.AFTER_END)

    def stand(self, moment: datetime) -> None:
        """Move the company's clock, and ours."""
        assert self.settings.clock_url
        self.now = moment
        children.set_clock(self.settings.clock_url, moment)

    def read(self, without: Collection[str] = ()) -> None:
        """Read the day of every stream; a source is one run, so one alert tells what failed."""
        for source in SOURCES.values():
            dag_id, ended_well = f"extract_{source.name}", []
            for stream in source.streams:
                name = f"{source.name}.{stream.name}"
                if name not in without:
                    todo = reading(self.settings, source.name, stream.name, self.day)
                    ended_well.append(self.steps(dag_id, todo, name, self.day.name, callback=False))
            if not all(ended_well):
                self.callback(dag_id)

    def build(self) -> None:
        """Build, judge and publish, as `build_marts` does."""
        todo = [
            ("build", lambda: steps.build(self.settings)),
            ("check marts", lambda: steps.check_marts(self.settings)),
            ("publish", lambda: steps.publish(self.settings)),
        ]
        self.steps("build_marts", todo)

    def carry_on(self) -> None:
        """Publish the release once more as that of today: a build costs a minute, this none."""
        self.publish(self.day.end)

    @staticmethod
    def fill(build: publish.Build) -> None:
        """Leave the build what it is: the release that it began with."""

    def at(self, **later: float) -> None:
        """Let the watch look at a moment after the end of the day."""
        self.now = self.day.end + timedelta(**later)
        self.watch()


@contextmanager
def company_days(
    office: Office,
    folder: Path,
    seed: int,
    customers: int,
    start: date,
    placebo: Collection[str] = (),
) -> Iterator[Days]:
    """Found a company, and a bench that reads it; the data folder is that of the office."""
    first = datetime(start.year, start.month, start.day, tzinfo=UTC)
    world = WorldParameters(seed, customers, start)
    drop = office.settings.data_dir / "drop"
    clock = first + timedelta(hours=1)
    with children.sandbox(world, clock, folder / "sandbox.log", drop, tuple(placebo)) as url:
        settings = replace(children.sandboxed(office.settings, url), patience_seconds=60)
        yield Days(office, settings, url, first=first)
