"""HubSpot's search over one kind of object: filters, the one sorting rule, and its refusals.

Values of properties are strings; a comparison reads them by the property's type: moments as epoch
milliseconds, numbers as numbers, everything else as lower-case text.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from sandbox.faces.view import Record
from sandbox.faces.wire import epoch_ms

MOMENTS = frozenset(
    {
        "createdate",
        "lastmodifieddate",
        "hs_createdate",
        "hs_lastmodifieddate",
        "hs_submission_timestamp",
        "closedate",
        "closed_date",
    }
)
NUMBERS = frozenset(
    {
        "hs_object_id",
        "amount",
        "annualrevenue",
        "associatedcompanyid",
        "hs_value",
        "numberofemployees",
        "price",
        "quantity",
    }
)

GROUPS, FILTERS_A_GROUP, FILTERS = 5, 6, 18

Value = Any  # int, float or str; one property's values are all of one of them
Test = Callable[[Value], bool]


class Refused(Exception):
    """The request asks for something HubSpot does not answer."""


class Filter(msgspec.Struct, rename="camel", frozen=True):
    """One condition on one property."""

    property_name: str
    operator: str
    value: str | int | float | None = None
    high_value: str | int | float | None = None
    values: tuple[str | int | float, ...] = ()


class FilterGroup(msgspec.Struct, frozen=True):
    """Conditions that must all hold; one group that holds is enough."""

    filters: tuple[Filter, ...] = ()


class Sort(msgspec.Struct, rename="camel", frozen=True):
    """The order of the answers."""

    property_name: str
    direction: str = "ASCENDING"


class Search(msgspec.Struct, rename="camel", frozen=True):
    """The body of a search request."""

    filter_groups: tuple[FilterGroup, ...] = ()
    sorts: tuple[Sort | str, ...] = ()
    properties: tuple[str, ...] = ()
    limit: int = 10
    after: str | int = 0


class Objects:
    """The live records of one kind, ordered by id, with their properties ready to compare."""

    def __init__(self, records: list[Record], always: frozenset[str]) -> None:
        self.records = records
        self.ids = [int(record["id"]) for record in records]
        self.known = always.union(*(record["properties"] for record in records))
        self._columns: dict[str, list[Value]] = {}

    def column(self, name: str) -> list[Value]:
        """Give one property of every record as comparable values."""
        if name not in self.known:
            message = f"There was a problem with the request: property '{name}' does not exist"
            raise Refused(message)
        if name not in self._columns:
            self._columns[name] = [
                comparable(name, record["properties"].get(name)) for record in self.records
            ]
        return self._columns[name]

    def matching(self, search: Search) -> list[int]:
        """Give the positions of the records a search asks for, in its order."""
        groups = [group.filters for group in search.filter_groups]
        if len(groups) > GROUPS:
            message = f"{len(groups)} filterGroups were sent, the limit is {GROUPS}"
            raise Refused(message)
        if any(len(f) > FILTERS_A_GROUP for f in groups) or sum(map(len, groups)) > FILTERS:
            message = f"a group may hold {FILTERS_A_GROUP} filters, a search {FILTERS} in all"
            raise Refused(message)
        if groups:
            found = set[int]()
            for group in groups:
                found.update(self._group(group))
            hits = sorted(found)
        else:
            hits = list(range(len(self.records)))
        return self._ordered(hits, search.sorts)

    def _group(self, filters: tuple[Filter, ...]) -> list[int]:
        hits = list(range(len(self.records)))
        for one in filters:
            column = self.column(one.property_name)
            holds = test_of(one)
            hits = [i for i in hits if holds(column[i])]
        return hits

    def _ordered(self, hits: list[int], sorts: tuple[Sort | str, ...]) -> list[int]:
        if len(sorts) > 1:
            message = f"{len(sorts)} sorting rules were sent, one is allowed"
            raise Refused(message)
        created = "createdate" if "createdate" in self.known else "hs_createdate"
        rule = sorts[0] if sorts else Sort(created)
        if isinstance(rule, str):
            rule = Sort(rule.lstrip("-"), "DESCENDING" if rule.startswith("-") else "ASCENDING")
        column = self.column(rule.property_name)
        present = [(value, i) for i in hits if (value := column[i]) is not None]
        missing = [i for i in hits if column[i] is None]
        # ties keep the order of ids, in both directions
        present.sort(key=lambda pair: pair[0], reverse=rule.direction.upper() == "DESCENDING")
        return [i for _, i in present] + missing


def comparable(name: str, raw: Any) -> Value:
    """Read a property's value by the property's type; None for an empty one."""
    if raw is None or raw == "":
        return None
    text = str(raw)
    if name in MOMENTS:
        return int(text) if text.isdigit() else epoch_ms(text)
    if name in NUMBERS:
        number = float(text)
        return int(number) if number.is_integer() and not math.isinf(number) else number
    return text.lower()


def test_of(one: Filter) -> Test:
    """Turn one filter into a test on a comparable value."""
    name, operator = one.property_name, one.operator
    if operator == "HAS_PROPERTY":
        return lambda value: value is not None
    if operator == "NOT_HAS_PROPERTY":
        return lambda value: value is None
    try:
        values = {comparable(name, value) for value in one.values}
        bound, high = comparable(name, one.value), comparable(name, one.high_value)
    except ValueError as error:
        message = f"the filter on '{name}' has a value that {operator} cannot use: {error}"
        raise Refused(message) from error
    if operator == "IN":
        return lambda value: value is not None and value in values
    if operator == "NOT_IN":
        return lambda value: value is not None and value not in values
    return _compare(operator, bound, high)


def _compare(operator: str, bound: Any, high: Any) -> Test:
    tests: dict[str, Callable[[Any], bool]] = {
        "EQ": lambda value: value == bound,
        "NEQ": lambda value: value != bound,
        "LT": lambda value: value < bound,
        "LTE": lambda value: value <= bound,
        "GT": lambda value: value > bound,
        "GTE": lambda value: value >= bound,
        "BETWEEN": lambda value: bound <= value <= high,
        "CONTAINS_TOKEN": lambda value: str(bound).strip("*") in str(value),
    }
    if operator not in tests or bound is None or (operator == "BETWEEN" and high is None):
        message = f"operator {operator} is not known, or its value is empty"
        raise Refused(message)
    holds = tests[operator]
    return lambda value: value is not None and holds(value)
