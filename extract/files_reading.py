"""From a delivered file to records: CSV, NDJSON and Parquet, row by row and nothing dropped.

A text that fits its declared type becomes a value of that type; one that does not stays text, so
that the check of the row names it. A moment becomes UTC, for its cursor and for staging.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from msgspec import DecodeError, Raw
from msgspec.json import Decoder, Encoder, decode

from extract.access import Traffic
from extract.answers import without_halves
from extract.errors import MissingKey
from extract.files_declared import EPOCHS, Declared
from extract.folders import Folder, broken

ROWS = 5_000  # of a page
INTEGER = re.compile(r"[+-]?\d{1,18}")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
Values = Mapping[str, Any]
encode = Encoder(decimal_format="number").encode
fields = Decoder(dict[str, Raw]).decode


def records(folder: Folder, name: str, declared: Declared, traffic: Traffic) -> Iterator[list[Raw]]:
    """Yield the rows of a file in pages; a file that is not whole is refused."""
    read = {"csv": _csv, "ndjson": _ndjson, "parquet": _parquet}[declared.format]
    shown = _shown(declared)
    with folder.opened(name) as (content, size):
        traffic.requests += 1
        traffic.bytes += size
        if size == 0:
            raise broken(folder.source, name, "is empty")
        rows = read(folder.source, name, content, declared, shown)
        while page := list(islice(rows, ROWS)):
            yield page


Shown = Callable[[Values], Raw]


def _csv(
    source: str, name: str, content: IO[bytes], declared: Declared, shown: Shown
) -> Iterator[Raw]:
    text = io.TextIOWrapper(content, declared.encoding, newline="")
    parse = _parsers(declared)
    lines = _Whole(text)
    reader = csv.reader(lines, delimiter=declared.delimiter, strict=True)
    try:
        heading = next(reader, [])
        columns = _columns(source, name, heading, declared)
        for row in reader:
            if not row:
                continue
            if len(row) != len(columns):
                how = f"has {len(row)} values in line {reader.line_num}, its heading {len(columns)}"
                raise broken(source, name, how)
            yield shown(
                {
                    column: None if value == "" else parse.get(column, str)(value)
                    for column, value in zip(columns, row, strict=True)
                }
            )
        if not lines.is_whole:
            raise broken(source, name, f"ends inside line {reader.line_num}")
    except csv.Error as error:
        raise broken(source, name, f"ends inside a value, or is no CSV ({error})") from None
    except UnicodeDecodeError:
        raise broken(source, name, f"is no {declared.encoding}") from None
    finally:
        text.detach()


class _Whole:
    """Hands lines on; knows whether the last one was ended."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.is_whole = False

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.is_whole = line.endswith(("\n", "\r"))
            yield line


def _ndjson(
    source: str, name: str, content: IO[bytes], declared: Declared, shown: Shown
) -> Iterator[Raw]:
    is_plain = declared.unit in EPOCHS and not declared.rename
    for number, line in enumerate(content, 1):
        if not line.endswith(b"\n"):
            raise broken(source, name, f"ends inside line {number}")
        if not line.strip():
            continue
        try:
            line = without_halves(line) if b"\\u" in line else line  # noqa: PLW2901
            values = fields(line)
        except (DecodeError, UnicodeDecodeError, RecursionError):
            raise broken(source, name, f"has no JSON object in line {number}") from None
        yield Raw(line.strip()) if is_plain else shown(_renamed(values, declared))


def _parquet(
    source: str, name: str, content: IO[bytes], declared: Declared, shown: Shown
) -> Iterator[Raw]:
    import pyarrow as pa  # noqa: PLC0415  (only who reads Parquet pays for it)
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(content)
        _columns(source, name, file.schema_arrow.names, declared)
        for batch in file.iter_batches(ROWS):
            for values in batch.to_pylist():
                yield shown(_renamed(values, declared))
    except (pa.ArrowException, OSError) as error:
        how = f"is no whole Parquet file ({type(error).__name__})"
        raise broken(source, name, how) from None


def _columns(source: str, name: str, heading: list[str], declared: Declared) -> list[str]:
    """Return the columns of a heading; one without a key, or that repeats a name, is refused."""
    columns = [declared.rename.get(title, title) for title in heading]
    if len(set(columns)) != len(columns):
        raise broken(source, name, "names a column twice")
    if missing := [one for one in (*declared.key, declared.time) if one not in columns]:
        raise MissingKey(
            f"{source}: {name} has no column {', '.join(dict.fromkeys(missing))}",
            "without it a row cannot be told from others, so nothing of the window is landed",
            "ask who delivers it what changed, or correct extract/files.toml",
        )
    return columns


def _renamed(values: Values, declared: Declared) -> Values:
    if not declared.rename:
        return values
    return {declared.rename.get(title, title): value for title, value in values.items()}


def _shown(declared: Declared) -> Shown:
    """Return what writes a row as JSON, its moments in UTC."""
    moments = () if declared.unit in EPOCHS else declared.moments()
    zone = ZoneInfo(declared.zone)
    is_timed = declared.time in declared.key
    repeated: set[bytes] = set()  # keys of this file whose local time comes twice

    def in_utc(values: Values, fold: int) -> dict[str, Any]:
        return {
            column: _in_utc(values[column], declared.unit, zone, fold)
            for column in moments
            if values.get(column) is not None
        }

    def shown(values: Values) -> Raw:
        found = in_utc(values, 0)
        if is_timed and _comes_twice(found.get(declared.time), zone):
            key = encode([values.get(column) for column in declared.key])
            if key in repeated:
                found = in_utc(values, 1)
            repeated.add(key)
        return Raw(encode({**values, **found}))

    return shown


def _comes_twice(moment: Any, zone: ZoneInfo) -> bool:
    """Tell whether a moment's local time comes again an hour later."""
    if not isinstance(moment, datetime):
        return False
    local = moment.astimezone(zone)
    return local.replace(fold=1).utcoffset() != local.utcoffset()


def _in_utc(value: Any, unit: str, zone: ZoneInfo, fold: int) -> Any:
    """Return a moment in UTC; what is none stays as it is. `fold` 1: autumn's second hour is meant.

    The core judges what stays: as a cursor it refuses the window, else the row has an error.
    """
    if isinstance(value, Raw):
        value = decode(value)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if unit == "iso" else _by_format(value, unit)
        except ValueError:
            return value
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone, fold=fold)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone).astimezone(UTC)
    return value


def _by_format(text: str, unit: str) -> datetime:
    return datetime.strptime(text, unit)  # noqa: DTZ007  (the zone is declared beside it)


def _parsers(declared: Declared) -> dict[str, Callable[[str], Any]]:
    """Return by column how the text of a CSV file becomes a value; text that does not fit stays."""

    def integer(text: str) -> Any:
        return int(text) if INTEGER.fullmatch(text) else text

    def number(text: str) -> Any:
        plain = text.replace(declared.decimal, ".") if declared.decimal != "." else text
        return float(plain) if NUMBER.fullmatch(plain) else text

    known: dict[str, Callable[[str], Any]] = {
        "integer": integer,
        "number": number,
        "flag": lambda text: FLAGS.get(text.lower(), text),
        "texts": lambda text: text.split("|"),
    }
    if declared.unit in EPOCHS:
        known["moment"] = integer
    kinds = {column: declared.type_of(column) for column in declared.columns}
    return {column: known[kind] for column, kind in kinds.items() if kind in known}
