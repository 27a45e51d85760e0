"""Encoded queries: conditions joined by `^`, and the order of the rows.

A part that names an unknown field, or that cannot be read at all, is ignored and the rest runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sandbox.faces.view import Record

CONDITION = re.compile(
    r"([a-z0-9_.]+)(>=|<=|!=|=|>|<|STARTSWITH|ISEMPTY|ISNOTEMPTY|LIKE|IN)(.*)", re.DOTALL
)
ORDER = re.compile(r"ORDERBY(DESC)?(\w+)")
TESTS: dict[str, Callable[[str, str], bool]] = {
    ">=": lambda value, wanted: value >= wanted,
    "<=": lambda value, wanted: value <= wanted,
    "!=": lambda value, wanted: value != wanted,
    "=": lambda value, wanted: value == wanted,
    ">": lambda value, wanted: value > wanted,
    "<": lambda value, wanted: value < wanted,
    "STARTSWITH": lambda value, wanted: value.lower().startswith(wanted.lower()),
    "ISEMPTY": lambda value, _: value == "",
    "ISNOTEMPTY": lambda value, _: value != "",
    "LIKE": lambda value, wanted: wanted.lower() in value.lower(),
    "IN": lambda value, wanted: value in wanted.split(","),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What an encoded query asks for, as far as it could be read; `is_whole` when all of it was."""

    conditions: tuple[tuple[str, str, str], ...]
    orders: tuple[tuple[str, bool], ...]
    is_whole: bool

    def matching(self, records: list[Record]) -> list[Record]:
        """Give the records that fit, in the order asked for; by id where none is."""
        found = [
            record
            for record in records
            if all(TESTS[how](str(record.get(name, "")), to) for name, how, to in self.conditions)
        ]
        for name, is_down in reversed(self.orders or (("sys_id", False),)):
            found.sort(key=lambda record: str(record.get(name, "")), reverse=is_down)
        return found


def read_query(text: str, known: Collection[str]) -> Query:
    """Read an encoded query against the fields of a table."""
    conditions: list[tuple[str, str, str]] = []
    orders: list[tuple[str, bool]] = []
    is_whole = True
    for part in filter(None, text.split("^")):
        order, condition = ORDER.fullmatch(part), CONDITION.fullmatch(part)
        if order and order[2] in known:
            orders.append((order[2], bool(order[1])))
        elif not order and condition and condition[1] in known:
            conditions.append((condition[1], condition[2], condition[3]))
        else:
            is_whole = False
    return Query(tuple(conditions), tuple(orders), is_whole)
