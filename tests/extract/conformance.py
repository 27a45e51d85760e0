"""What the conformance suite knows of a stream: all of it read from its registration.

Nothing here names a source. A stream says its keys, its kind and its model; the settings say what
is secret; the sandbox says where a vendor is, and its log what a reading asked for.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from extract import SOURCES
from extract.access import Grant
from extract.lake import Manifest
from extract.source import SECRET, Kind, Stream, Window
from sandbox.clients import CLIENTS
from sandbox.faces.view import STREAMS
from tests.extract.northwind import Northwind, day

KEYS = ["_pk", "_cursor", "_deleted", "_payload_sha"]
NOW = day(9).end + timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
FEW = 8  # rows of a window: enough for pages and halves
POSITIONS = ("keys", "dimensionValues")  # what holds the key where rows are positional
API = r"^/[^_]"  # every vendor's, not the side door
TURNED = {"zendesk_csat": "both"}  # options without which a stream would have no rows
BOOKS = {"hubspot.subscriptions": "hubspot.contacts"}  # read by what changed in another book
BOOKLESS = {"zendesk.survey_responses"}  # the face makes them of ratings, under keys of their own
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """One stream of one source."""

    source: str
    name: str

    def __str__(self) -> str:
        return f"{self.source}-{self.name}"

    @property
    def stream(self) -> Stream:
        return SOURCES[self.source].stream(self.name)

    @property
    def kind(self) -> Kind:
        return self.stream.kind

    @property
    def book(self) -> str | None:
        """The name under which the company keeps the records, where they can be changed by hand."""
        name = f"{self.source}.{self.name.removesuffix('_ids')}"  # a sweep of ids reads its parent
        name = BOOKS.get(name, name)
        return name if name in STREAMS else None


def is_asked_over_http(source: str) -> bool:
    """Tell whether requests can be struck by a fault: a folder is held to claims of its own."""
    return CLIENTS[source]["base_url"].startswith("{origin}")


CASES = [
    Case(name, one.name)
    for name, source in SOURCES.items()
    if is_asked_over_http(name)
    for one in source.streams
]


def without_book() -> set[str]:
    """Return the entities of which every claim that changes records by hand would be lost."""
    return {
        f"{case.source}.{case.name}"
        for case in CASES
        if case.kind is Kind.ENTITY and case.book is None
    }


@dataclass
class Known:
    """What a reading of a stream gives when nothing goes wrong."""

    window: Window
    halves: tuple[Window, Window] | None
    now: datetime
    rows: list[Row]
    records: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    manifest: Manifest

    @property
    def most(self) -> int:
        """The rows of the fullest answer."""
        return max((one["rows"] or 0 for one in self.requests), default=0)

    @property
    def last(self) -> dict[str, Any]:
        """The last request."""
        return self.requests[-1]


@dataclass
class Bench:
    """The company, a lake for one test, and what is known of each stream."""

    company: Northwind
    scratch: Path
    known_of: dict[Case, Known] = field(default_factory=dict)

    def reset(self, lake: Path) -> None:
        """Take everything back that a test did."""
        self.company.lake = lake
        self.company.slept.clear()
        for place in ("/__faults", "/__world/mutate", "/__log"):
            self.company.control(place, None, "DELETE")
        self.company.limits = "off"
        self.company.control("/__options", {"limits": "off", "page_size": None, **TURNED})
        self.company.at(NOW)

    def known(self, case: Case) -> Known:
        """Read a stream undisturbed, once; the clock is left as its window wants it."""
        lake = self.company.lake
        if case not in self.known_of:
            self.company.lake = self.scratch / str(case)
            self.known_of[case] = self._learn(case)
            self.reset(lake)
        self.company.at(self.known_of[case].now)
        return self.known_of[case]

    @cached_property
    def held(self) -> Path:
        """A lake whose first days were read and accepted: what some streams ask about."""
        company, lake, now = self.company, self.company.lake, self.company.clock.now()
        company.lake = self.scratch / "held"
        company.after(day(3))
        for case in CASES:
            for sibling in case.stream.asks_for:
                company.pull(case.source, sibling, day(1, 3))
                company.accept(case.source, sibling, day(1, 3))
        company.at(now)
        company.lake = lake
        return self.scratch / "held"

    def _learn(self, case: Case) -> Known:
        window, halves = self._window(case)
        now = self.company.clock.now()
        self.company.control("/__options", {"page_size": 1_000_000})
        self.company.control("/__log", None, "DELETE")
        manifest = self.pull(case, window)
        requests = self.company.requests()
        records = [] if case.stream.columns else self.records(case, window)
        return Known(window, halves, now, self.rows(case, window), records, requests, manifest)

    def _window(self, case: Case) -> tuple[Window, tuple[Window, Window] | None]:
        """Choose the window: the last few rows of the company's days, or the last day there is."""
        if case.kind is Kind.SNAPSHOT:
            for number in range(9, 2, -1):  # some are due on one day of the week
                self.company.after(day(number))
                if not self.pull(case, day(number)).note:
                    break
            return day(number), None
        if case.kind is Kind.RESTATE:
            return day(2), None
        self.pull(case, day(4, 6))
        cursors = sorted({row[1] for row in self.rows(case, day(4, 6)) if row[1] >= day(4).start})
        few = cursors[-FEW:]
        start, middle = few[0].replace(second=0, microsecond=0), few[len(few) // 2]
        middle = max(middle.replace(second=0, microsecond=0), start + MINUTE)
        end = day(9).end
        return Window(start, end), (Window(start, middle), Window(middle, end))

    def pull(self, case: Case, window: Window, **changes: Any) -> Manifest:
        for sibling in case.stream.asks_for:
            there = Path("raw") / case.source / sibling
            shutil.copytree(self.held / there, self.company.lake / there, dirs_exist_ok=True)
        return self.company.pull(case.source, case.name, window, **changes)

    def rows(self, case: Case, window: Window) -> list[Row]:
        """Return what landed for a window, sorted."""
        found: list[Row] = []
        for part in case.stream.file_windows(window):
            columns = self.company.table(case.source, case.name, part).select(KEYS).to_pydict()
            found += zip(*columns.values(), strict=True)
        return sorted(found, key=repr)

    def records(self, case: Case, window: Window) -> list[dict[str, Any]]:
        return [
            record
            for part in case.stream.file_windows(window)
            for record in self.company.records(case.source, case.name, part)
        ]

    def fault_last(self, known: Known, **how: Any) -> None:
        """Strike the request that comes last in an undisturbed reading."""
        path = known.last["path"]
        before = sum(one["path"] == path for one in known.requests) - 1
        self.company.fault(rf"^{path}(\?|$)", skip=before, **how)

    def visible(self) -> list[Path]:
        """Return the files of the lake that a reader would see, outcomes aside."""
        return sorted((self.company.lake / "landing").rglob("*.parquet"))

    def left(self) -> list[Path]:
        """Return every file under landing/."""
        return [path for path in (self.company.lake / "landing").rglob("*") if path.is_file()]

    def has_nothing_of(self, case: Case, known: Known) -> bool:
        """Tell whether the file of the last request is missing; those before it may stand."""
        parts = len(case.stream.file_windows(known.window))
        return len(self.left()) == len(self.visible()) < parts


def secrets(source: str) -> dict[str, str]:
    """Return the secret settings of a source."""
    known = {one.name for one in msgspec.structs.fields(SOURCES[source].settings)}
    return {k: v for k, v in CLIENTS[source].items() if k in known and SECRET.search(k)}


def wronged(secret: str) -> str:
    """Return a secret that opens nothing; of a key that is JSON, one of another account."""
    if not secret.startswith("{"):
        return "wrong-secret"
    return json.dumps({**json.loads(secret), "client_email": "wrong-secret"})


def renews(bench: Bench, source: str) -> bool:
    """Tell whether a source gets its token anew when one is refused."""
    settings = bench.company.settings(source)
    return isinstance(SOURCES[source].access(settings).auth, Grant)


def typed_paths(stream: Stream) -> Iterator[str]:
    """Yield the paths of model fields whose type a list would break; keys and cursors left out."""
    taken = {*stream.pk, stream.cursor, stream.deleted_cursor, (stream.deleted or ("",))[0]}
    if stream.model is not None:
        yield from (path for path in _leaves(stream.model, "") if path not in taken)


def merged_path(stream: Stream) -> str | None:
    """Return the path of the model field that names the records merged into one, if there is."""
    paths = _leaves(stream.model, "") if stream.model is not None else ()
    return next((path for path in paths if "merged" in path.rpartition(".")[2]), None)


def _leaves(shape: type[msgspec.Struct], before: str) -> Iterator[str]:
    for one in msgspec.structs.fields(shape):
        path = before + one.encode_name
        arms = get_args(one.type) if get_origin(one.type) in {Union, UnionType} else (one.type,)
        structs = [arm for arm in arms if isinstance(arm, type) and issubclass(arm, msgspec.Struct)]
        if structs:
            yield from _leaves(structs[0], path + ".")
        elif all(arm in {str, int, float, bool, datetime, type(None)} for arm in arms):
            yield path


def dig(record: Any, path: str) -> Any:
    """Return what a dotted path leads to, None when it leads nowhere."""
    for step in path.split("."):
        record = record.get(step) if isinstance(record, dict) else None
    return record


def texts(value: Any) -> Iterator[str]:
    """Yield the texts inside a value that are long enough to be told from chance."""
    if isinstance(value, str) and len(value) > 5:
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)
