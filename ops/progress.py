"""Show how far a run is: a live table on a terminal, plain lines in a log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

EVERY = 10  # plain lines: one in so many runs of a series, and every one that failed
SPINNER = "▏▎▍▌▋▊▉█"


@dataclass
class Lane:
    """One DAG's progress."""

    dag_id: str
    total: int
    done: int = 0
    failed: int = 0
    rows: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    note: str = ""
    streams: dict[str, tuple[int, int]] = field(default_factory=dict)  # landed, put aside


class Progress(AbstractContextManager["Progress"]):
    """What the child tells, as something to look at."""

    def __init__(self, console: Console, lanes: Sequence[tuple[str, int]]) -> None:
        self._console = console
        self.lanes = {dag_id: Lane(dag_id, total) for dag_id, total in lanes}
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=4)
        self._plain = not console.is_terminal
        self._current = next(iter(self.lanes), "")

    def __enter__(self) -> Self:
        if not self._plain:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if not self._plain:
            self._live.stop()

    def say(self, text: str) -> None:
        """Print one line above what is live."""
        self._console.print(text, highlight=False, soft_wrap=True)

    def streams(self) -> dict[str, tuple[int, int]]:
        """Return rows landed and put aside by stream."""
        found = {k: v for lane in self.lanes.values() for k, v in lane.streams.items()}
        return dict(sorted(found.items()))

    def begin(self, dag_id: str, note: str) -> None:
        """Say that a run begins."""
        self._current = dag_id
        self.lanes[dag_id].note = note

    def take(self, event: dict[str, Any]) -> None:
        """Take one event of the child."""
        lane = self.lanes[event.get("dag_id", self._current)]
        if event["event"] == "step":
            self._step(lane, event)
        elif event["event"] == "run":
            lane.done += 1
            lane.seconds += event["seconds"]
            lane.failed += event["state"] != "success"
            if self._plain and self._worth_a_line(lane, event):
                self.say(self._line(lane, event["state"]))

    def _step(self, lane: Lane, event: dict[str, Any]) -> None:
        if event["step"] == "check":
            lane.rows += event["rows"]
            lane.quarantined += event["quarantined"]
            name = f"{event['source']}.{event['stream']}"
            landed, aside = lane.streams.get(name, (0, 0))
            lane.streams[name] = (landed + event["rows"], aside + event["quarantined"])
        if lane.total == 1:
            lane.note = _told(event)
            if self._plain:
                self.say(f"{lane.dag_id}: {lane.note}")

    def _worth_a_line(self, lane: Lane, event: dict[str, Any]) -> bool:
        last = lane.done == lane.total
        return last or event["state"] != "success" or lane.done % EVERY == 0

    def _line(self, lane: Lane, state: str) -> str:
        rows = f", {lane.rows:,} rows" if lane.streams else ""
        aside = f", {lane.quarantined:,} put aside" if lane.quarantined else ""
        runs = f" {lane.done} of {lane.total} runs" if lane.total > 1 else ""
        return f"{lane.dag_id}: {state}{runs}{rows}{aside}, {lane.seconds:.1f} s · {lane.note}"

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for head, side in (("run", "left"), ("", "left"), ("done", "right"), ("rows", "right")):
            table.add_column(head, justify=side)  # type: ignore[arg-type]
        table.add_column("now")
        for lane in self.lanes.values():
            style = "red" if lane.failed else "green" if lane.done == lane.total else ""
            rows = f"{lane.rows:,}" if lane.rows else ""
            table.add_row(
                lane.dag_id, _bar(lane), f"{lane.done}/{lane.total}", rows, lane.note, style=style
            )
        return table


def _told(event: dict[str, Any]) -> str:
    """Say what a step did, in a few words."""
    seconds = f"{event['seconds']:.1f} s"
    if event["step"] == "extract":
        return f"pulled {event['stream']}, {event['rows']:,} rows, {seconds}"
    if event["step"] == "check":
        aside = f", {event['quarantined']:,} put aside" if event["quarantined"] else ""
        return f"checked {event['stream']}, {event['rows']:,} rows{aside}, {seconds}"
    return f"{event['step']} done, {seconds}"


def _bar(lane: Lane, width: int = 20) -> str:
    eighths = int(width * 8 * lane.done / max(lane.total, 1))
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (SPINNER[part - 1] if part else "")).ljust(width)
