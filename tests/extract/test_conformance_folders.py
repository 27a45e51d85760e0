"""What every stream read from a folder must hold to; the claims are those made over HTTP.

Which sources these are follows from where the sandbox says that they are, as does everything else.
"""

from __future__ import annotations

import json
import os
from codecs import BOM_UTF8
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract import SOURCES
from extract.errors import (
    CxwError,
    Defer,
    ImpossibleWindow,
    MissingKey,
    RequestRefused,
    UnreadableAnswer,
)
from extract.lake import Manifest, landed_path, read_manifest
from extract.source import Kind, Window
from tests.extract.conformance import Case, is_asked_over_http
from tests.extract.northwind import Northwind, day

WEEK = day(4, 6)
CASES = [
    Case(name, one.name)
    for name, source in SOURCES.items()
    if not is_asked_over_http(name)
    for one in source.streams
]
every = pytest.mark.parametrize("case", CASES, ids=str)
Row = tuple[Any, ...]
KEYS = ["_pk", "_cursor", "_deleted", "_payload_sha"]


def pull(company: Northwind, case: Case, window: Window = WEEK, **how: Any) -> Manifest:
    return company.pull(case.source, case.name, window, **how)


def rows(company: Northwind, case: Case, window: Window = WEEK) -> list[Row]:
    found: list[Row] = []
    for part in case.stream.file_windows(window):
        columns = company.table(case.source, case.name, part).select(KEYS).to_pydict()
        found += zip(*columns.values(), strict=True)
    return sorted(found, key=repr)


def delivered(company: Northwind, case: Case) -> list[Path]:
    """Return the files that the stream was delivered in, oldest first."""
    found = sorted(company.drop.glob(f"{case.name}_*"))
    assert found
    return found


def due(company: Northwind, case: Case) -> Path:
    """Return a file with rows of the week."""
    inside = [path for path in delivered(company, case) if "07-06" in path.name]
    return inside[0]


def left(company: Northwind) -> list[Path]:
    return [path for path in (company.lake / "landing").rglob("*") if path.is_file()]


def table_of(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


def rewritten(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change every row of a file, in whatever format it is."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist([change(one) for one in table_of(path)]), path)
    elif path.suffix == ".ndjson":
        lines = [json.dumps(change(json.loads(line))) for line in path.read_text().splitlines()]
        path.write_text("\n".join(lines) + "\n")
    else:
        content = path.read_bytes()
        coding = "utf-8-sig" if content.startswith(BOM_UTF8) else "utf-8"
        heading, *lines = content.decode(coding).split("\r\n")[:-1]
        sign = ";" if ";" in heading else ","
        names = heading.split(sign)
        changed = [change(dict(zip(names, line.split(sign), strict=True))) for line in lines]
        shown = [sign.join(map(str, one.values())) for one in changed]
        text = "\r\n".join([sign.join(changed[0]), *shown, ""])
        path.write_bytes(text.encode(coding))


@pytest.fixture
def quiet(company: Northwind) -> Northwind:
    """Leave one delivery of each day, so that one file alone holds a row."""
    for path in company.drop.glob("*_1.*"):
        path.unlink()
    return company


@every
def test_lands_rows_that_say_where_they_are_from(company: Northwind, case: Case) -> None:
    manifest = pull(company, case)
    assert manifest.rows == len(rows(company, case)) > 0
    assert (manifest.invalid_rows, manifest.retries) == (0, 0)
    assert manifest.requests > 0
    assert manifest.bytes > 0
    for part in case.stream.file_windows(WEEK):
        path = landed_path(company.lake, "landing", case.source, case.name, part)
        told, table = read_manifest(path), company.table(case.source, case.name, part)
        assert (told.window, told.rows) == (part, table.num_rows)
        assert table.column("_error").null_count == table.num_rows
        assert all(cursor in case.stream.reach(part) for cursor in table["_cursor"].to_pylist())
    assert len(set(rows(company, case))) == manifest.rows


@every
def test_second_run_gives_the_same_table(company: Northwind, case: Case) -> None:
    pull(company, case)
    first, count = rows(company, case), len(left(company))
    pull(company, case)
    assert rows(company, case) == first
    assert len(left(company)) == count


@every
def test_second_run_after_the_gate_gives_the_same_table(company: Northwind, case: Case) -> None:
    pull(company, case)
    first = rows(company, case)
    company.accept(case.source, case.name, WEEK)
    pull(company, case)
    assert rows(company, case) == first


@every
def test_windows_of_a_day_hold_together_what_the_week_holds(
    company: Northwind, case: Case, tmp_path: Path
) -> None:
    pull(company, case)
    whole = {row[:2] for row in rows(company, case)}
    parts: set[Row] = set()
    for one in WEEK.days():
        pull(company, case, one, lake=tmp_path / "daily")
    for path in (tmp_path / "daily" / "landing").rglob("*.parquet"):
        columns = pq.read_table(path).select(KEYS[:2]).to_pydict()
        parts |= set(zip(*columns.values(), strict=True))
    assert parts == whole


@every
def test_file_delivered_twice_lands_once(quiet: Northwind, case: Case) -> None:
    before = pull(quiet, case)
    first = rows(quiet, case)
    path = due(quiet, case)
    path.with_stem(f"{path.stem}_again").write_bytes(path.read_bytes())
    manifest = pull(quiet, case)
    assert rows(quiet, case) == first
    assert manifest.duplicates > before.duplicates


@every
@pytest.mark.parametrize("share", [0, 0.4, 0.9, 1], ids=["empty", "little", "most", "all_but_two"])
def test_file_that_was_cut_short_is_refused_and_nothing_lands(
    quiet: Northwind, case: Case, share: float
) -> None:
    path = due(quiet, case)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 2 if share == 1 else int(len(content) * share)])
    with pytest.raises(UnreadableAnswer) as caught:
        pull(quiet, case)
    assert path.name in caught.value.seen
    assert all((caught.value.seen, caught.value.why, caught.value.next_step))
    assert not [one for one in left(quiet) if "07-06" in one.name.split("--")[0]]


@every
def test_file_that_grows_while_it_is_read_is_refused(quiet: Northwind, case: Case) -> None:
    settings = quiet.settings(case.source)
    reading = case.stream.read(_Idle(), settings, case.stream.reach(day(6)))  # type: ignore[arg-type]
    next(reading)
    for one in delivered(quiet, case):
        one.write_bytes(one.read_bytes() + b"\n")
        os.utime(one, (1, 1))
    with pytest.raises(UnreadableAnswer, match=r"changed while it was read, from [\d,]+ to"):
        list(reading)


class _Idle:
    """A client of which only the traffic is used."""

    def __init__(self) -> None:
        from extract.access import Traffic  # noqa: PLC0415

        self.traffic = Traffic()


@every
def test_changed_type_lands_and_is_told_with_its_path(quiet: Northwind, case: Case) -> None:
    model = case.stream.model
    taken = {*case.stream.pk, case.stream.cursor}
    name = next(one for one in model.__annotations__ if one not in taken)
    before = pull(quiet, case).rows
    kind = model.__annotations__[name]
    strange: Any = 7 if kind in {str, list[str]} and due(quiet, case).suffix != ".csv" else "n/a"
    rewritten(due(quiet, case), lambda one: {**one, name: strange})
    manifest = pull(quiet, case)
    assert manifest.rows == before
    assert manifest.invalid_rows > 0
    tables = [quiet.table(case.source, case.name, one) for one in case.stream.file_windows(WEEK)]
    told = [error for table in tables for error in table["_error"].to_pylist() if error]
    assert len(told) == manifest.invalid_rows
    assert all(error.endswith(f"- at `$.{name}`") for error in told)


@every
def test_new_column_lands_untouched(quiet: Northwind, case: Case) -> None:
    rewritten(due(quiet, case), lambda one: {**one, "brand_new": "x"})
    assert pull(quiet, case).invalid_rows == 0
    found = [
        record
        for part in case.stream.file_windows(WEEK)
        for record in quiet.records(case.source, case.name, part)
    ]
    assert {one["brand_new"] for one in found if "brand_new" in one} == {"x"}


@every
def test_row_without_key_refuses_the_window(quiet: Northwind, case: Case) -> None:
    heading = {"queue": "Queue"}.get(case.stream.pk[0], case.stream.pk[0])
    rewritten(due(quiet, case), lambda one: {k: v for k, v in one.items() if k != heading})
    with pytest.raises(MissingKey):
        pull(quiet, case)


@every
def test_file_that_is_not_there_is_noted(quiet: Northwind, case: Case) -> None:
    for path in delivered(quiet, case):
        path.unlink()
    manifest = pull(quiet, case)
    assert manifest.rows == 0
    assert "no file for " in manifest.note


@every
def test_folder_that_is_not_there_is_refused(company: Northwind, case: Case) -> None:
    with pytest.raises(RequestRefused, match="there is no folder"):
        pull(company, case, base_url=str(company.drop / "elsewhere"))
    assert left(company) == []


@every
def test_address_that_nothing_opens_is_refused(company: Northwind, case: Case) -> None:
    with pytest.raises(RequestRefused, match="gopher:// is no address"):
        pull(company, case, base_url="gopher://somewhere/drop")


@every
def test_window_that_is_not_over_or_too_fresh_is_not_read(company: Northwind, case: Case) -> None:
    with pytest.raises(ImpossibleWindow, match="still to come"):
        pull(company, case, day(30))
    company.at(day(9).end + timedelta(seconds=10))
    with pytest.raises(Defer) as caught:
        pull(company, case, day(9))
    assert caught.value.seconds == case.stream.settle.total_seconds() - 10


@every
def test_nothing_personal_is_logged_or_told(
    quiet: Northwind, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    pull(quiet, case)
    path = due(quiet, case)
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(CxwError):
        pull(quiet, case)
    assert str(quiet.drop) not in caplog.text
    for record in quiet.records(case.source, case.name, case.stream.file_windows(WEEK)[0])[:20]:
        for name in case.stream.pii:
            assert str(record[name]) not in caplog.text


def test_there_are_streams_of_each_kind_that_files_may_have() -> None:
    assert {case.kind for case in CASES} == {Kind.EVENT, Kind.ENTITY, Kind.RESTATE}
