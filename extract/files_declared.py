"""Streams of files as they are declared in a few lines: what they say, and what must hold."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from extract.errors import InvalidDeclaration

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
TYPES: Mapping[str, Any] = {
    "text": str,
    "integer": int,
    "number": float,
    "flag": bool,
    "date": date,
    "moment": datetime,
    "texts": list[str],
}
EPOCHS = ("epoch_s", "epoch_ms")


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stream of files."""

    kind: Literal["event", "entity", "restate"]
    pattern: str
    format: Literal["csv", "ndjson", "parquet"]
    key: tuple[str, ...]
    time: str
    columns: dict[str, str]
    unit: str = "iso"
    zone: str = "UTC"
    personal: tuple[str, ...] = ()
    rename: dict[str, str] = {}
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    late_days: Annotated[int, Meta(ge=0, le=366)] = 0
    ready_minutes: Annotated[int, Meta(ge=0, le=1440)] = 5

    @property
    def is_dated(self) -> bool:
        """Tell whether the name of a file says its day."""
        return "%" in self.pattern

    @property
    def late(self) -> timedelta:
        """How late a file may come."""
        return timedelta(days=self.late_days)

    def type_of(self, column: str) -> str:
        """Return the declared type of a column without its mark; empty for one not declared."""
        return self.columns.get(column, "").removesuffix("?")

    def moments(self) -> tuple[str, ...]:
        """Return the columns that hold moments."""
        return tuple(name for name in self.columns if self.type_of(name) == "moment")

    def model(self, name: str) -> type[msgspec.Struct]:
        """Return the shape that every row is checked against; keys stay as they are written."""
        fields: list[Any] = []
        for column, said in self.columns.items():
            kind = TYPES[said.removesuffix("?")]
            if kind is datetime and self.unit in EPOCHS:
                kind = int
            elif kind in {datetime, date} and column in self.key:
                kind = str
            fields.append((column, kind | None, None) if said.endswith("?") else (column, kind))
        return msgspec.defstruct(name, fields, kw_only=True)

    def mistakes(self) -> list[str]:
        """Say what in the declaration cannot be."""
        wrong = [f"{name} has the unknown type {said}" for name, said in self.columns.items()
                 if said.removesuffix("?") not in TYPES]  # fmt: skip
        wrong += [f"{name} is no column name" for name in self.columns if not NAME.fullmatch(name)]
        if Path(self.pattern).is_absolute() or ".." in Path(self.pattern).parts:
            wrong.append(f"its pattern {self.pattern} leads out of the folder")
        if len(self.delimiter) != 1:
            wrong.append(f"its delimiter {self.delimiter!r} is not one character")
        try:
            codecs.lookup(self.encoding)
        except (LookupError, ValueError):
            wrong.append(f"{self.encoding!r} is no encoding")
        used = {*self.key, self.time, *self.personal, *self.rename.values()}
        wrong += [f"{name} is not among its columns" for name in sorted(used - set(self.columns))]
        if self.type_of(self.time) != "moment":
            wrong.append(f"{self.time} selects by time and is no moment")
        if not self.key or any(self.columns.get(name, "").endswith("?") for name in self.key):
            wrong.append("its key is empty or may be missing")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones gives the last
            wrong.append(f"{self.zone} is no time zone")
        return wrong


def read_declarations(path: Path) -> dict[str, Declared]:
    """Read the streams that a file declares; one that cannot be is refused by name."""
    try:
        tables = msgspec.toml.decode(path.read_bytes(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _invalid(path.name, str(error)) from None
    except OSError as error:
        raise _invalid(path.name, str(error.strerror)) from None
    return {name: _declared(path, name, table) for name, table in tables.items()}


def _declared(path: Path, name: str, table: Any) -> Declared:
    place = f"{path.name} [{name}]"
    if not NAME.fullmatch(name):
        raise _invalid(place, "a stream's name is of letters, digits and _")
    try:
        declared = msgspec.convert(table, Declared)
    except msgspec.ValidationError as error:
        raise _invalid(place, str(error)) from None
    if mistakes := declared.mistakes():
        raise _invalid(place, "; ".join(mistakes))
    return declared


def _invalid(place: str, mistake: str) -> InvalidDeclaration:
    return InvalidDeclaration(
        f"{place}: {mistake}",
        "its files could not be read as meant",
        "correct the declaration; its first lines tell what there is",
    )
