"""The simulated company for tests of connectors: a small world behind real sockets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from extract import SOURCES
from extract.lake import Manifest, landed_path
from extract.pull import Waiting, pull
from extract.source import Settings, Window
from sandbox.clients import clients_at
from sandbox.clock import Clock
from sandbox.drop import Drop
from sandbox.server import Sandbox, Server, serving
from sandbox.world import World

START = date(2026, 7, 1)
STREAMS = [(name, stream.name) for name, source in SOURCES.items() for stream in source.streams]


def day(number: int, days: int = 1) -> Window:
    """Return days of July 2026, beginning with the given one."""
    start = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(days=number - 1)
    return Window(start, start + timedelta(days=days))


class Northwind:
    """One sandbox with its clock, and a lake to land in."""

    def __init__(
        self, url: str, clock: Clock, lake: Path, world: World, drop: Path | None = None
    ) -> None:
        self.url, self.clock, self.lake, self.world = url, clock, lake, world
        self.drop = drop or lake.with_name(f"{lake.name}-drop")
        self.slept: list[float] = []
        self.limits = "fast"

    def settings(self, source: str, **changes: Any) -> Settings:
        """Return what the sandbox tells of a source, without a pace of our own."""
        known = {field.name for field in msgspec.structs.fields(SOURCES[source].settings)}
        told = clients_at(self.url, str(self.drop))[source]
        unpaced = {name: "0" for name in known if name.startswith("requests_per_")}
        made = msgspec.convert(
            {**told, **unpaced, **changes}, SOURCES[source].settings, strict=False
        )
        assert isinstance(made, Settings)
        return made

    def sleep(self, seconds: float) -> None:
        """Note the wait; the vendors' quotas are fresh after it."""
        self.slept.append(seconds)
        self.control("/__options", {"limits": self.limits})

    def at(self, moment: datetime) -> None:
        self.clock.set(moment)

    def after(self, window: Window) -> None:
        self.at(window.end + timedelta(minutes=10))

    def pull(
        self, source: str, stream: str, window: Window, *, lake: Path | None = None,
        accept_shrink: bool = False, **changes: Any,
    ) -> Manifest:  # fmt: skip
        return pull(
            source, stream, self.settings(source, **changes), window, lake or self.lake,
            self.clock.now, "test", accept_shrink=accept_shrink,
            waiting=Waiting(self.sleep, lambda: time.monotonic() + sum(self.slept)),
        )  # fmt: skip

    def table(self, source: str, stream: str, window: Window, zone: str = "landing") -> pa.Table:
        return pq.read_table(landed_path(self.lake, zone, source, stream, window))

    def records(self, source: str, stream: str, window: Window) -> list[dict[str, Any]]:
        return [json.loads(p) for p in self.table(source, stream, window)["_payload"].to_pylist()]

    def accept(self, source: str, stream: str, window: Window) -> None:
        """Do as the gate does: move the landed file to raw."""
        for part in SOURCES[source].stream(stream).file_windows(window):
            there = landed_path(self.lake, "raw", source, stream, part)
            there.parent.mkdir(parents=True, exist_ok=True)
            landed_path(self.lake, "landing", source, stream, part).replace(there)

    def control(self, path: str, body: Any, method: str = "POST") -> Any:
        content, kind = json.dumps(body).encode(), {"Content-Type": "application/json"}
        request = Request(f"{self.url}{path}", content, kind, method=method)  # noqa: S310
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def raw(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Ask a vendor without credentials; the answer with all that it says."""
        try:
            with urlopen(f"{self.url}{path}", timeout=10) as answer:  # noqa: S310
                return answer.status, dict(answer.headers), answer.read()
        except HTTPError as refusal:
            return refusal.code, dict(refusal.headers), refusal.read()

    def fault(self, path_regex: str, **how: Any) -> None:
        self.control("/__faults", [{"path_regex": path_regex, **how}])

    def requests(self) -> list[dict[str, Any]]:
        with urlopen(f"{self.url}/__log", timeout=10) as answer:  # noqa: S310
            log = json.load(answer)["requests"]
        assert isinstance(log, list)
        return log


@contextmanager
def northwind(world: World, lake: Path) -> Iterator[Northwind]:
    """Serve the company; its clock stands on the tenth of July."""
    clock = Clock(day(9).end + timedelta(minutes=10), lambda: datetime.now(UTC))
    drop = Drop(lake.with_name(f"{lake.name}-drop"), world.company)
    server = Server(("127.0.0.1", 0), Sandbox(world, clock, "fast", time.monotonic, drop))
    with serving(server) as url:
        company = Northwind(url, clock, lake, world, drop.folder)
        company.control("/__clock", {"now": clock.now().isoformat()})
        yield company
