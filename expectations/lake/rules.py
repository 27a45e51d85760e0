"""Rules for the values of a record, and the SQL that finds the rows that break them.

A rule says between which bounds a value of the payload (or a column) lies. A row that breaks one is
quarantined with a reason; a value that is absent breaks nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

GATE = "gate: "  # what the reasons of this gate begin with; a repeat of the gate judges anew
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Rule:
    """The bounds of one value; a moment has the bounds that every moment has."""

    field: str
    path: str  # JSON path in the payload, or a column where the stream has columns
    low: float | None = None
    high: float | None = None
    is_moment: bool = False
    only_if: tuple[str, str] | None = None  # holds where the value at this path is this


@dataclass(frozen=True, slots=True)
class StreamRules:
    """What a stream's records must look like, beyond what holds for every file."""

    rules: tuple[Rule, ...]
    fresh_hours: float = 24  # the newest record may be so much older than the interval's end


def seconds(*fields: str) -> tuple[Rule, ...]:
    """Durations: not below zero and not longer than a day."""
    return tuple(Rule(field, f"$.{field}", 0, 86_400) for field in fields)


def counts(*paths: str) -> tuple[Rule, ...]:
    """Counters: not below zero."""
    return tuple(Rule(path.rpartition(".")[2], f"$.{path}", 0) for path in paths)


def moments(*paths: str) -> tuple[Rule, ...]:
    """Moments: after 2000 and not in the future."""
    return tuple(Rule(path.rpartition(".")[2], f"$.{path}", is_moment=True) for path in paths)


def judged_rows(path: str, rules: Sequence[Rule], now: datetime) -> str:
    """Return the SQL that gives each row of a file with one reason per rule, null where it holds.

    A row that the landing writer marked already keeps its mark and is judged by no rule.
    """
    quoted = path.replace("'", "''")
    paths = sorted({p for rule in rules if (p := rule.path).startswith("$")} | _conditions(rules))
    found = f"json_extract_string(_payload, {_list(paths)})" if paths else "null"
    native = sorted({rule.path for rule in rules if not rule.path.startswith("$")})
    extra = "".join(f', "{column}"' for column in native)
    reasons = "".join(
        f",\n    case when not is_drift {_condition(rule, paths)} then {_reason(rule, paths, now)}"
        f" end as reason_{place}"
        for place, rule in enumerate(rules)
    )
    return f"""
with landed as (
    select file_row_number as row_number, _pk, _cursor, _extracted_at, _interval_start,
        _interval_end, coalesce(not starts_with(_error, '{GATE}'), false) as is_drift,
        {found} as found{extra}
    from read_parquet('{quoted}', file_row_number = true, hive_partitioning = false)
)
select row_number, _pk, _cursor, _extracted_at, _interval_start, _interval_end, is_drift{reasons}
from landed"""  # noqa: S608


def _conditions(rules: Sequence[Rule]) -> set[str]:
    return {rule.only_if[0] for rule in rules if rule.only_if}


def _list(paths: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{path}'" for path in paths) + "]"


def _value(path: str, paths: Sequence[str]) -> str:
    return f"found[{paths.index(path) + 1}]" if path.startswith("$") else f'"{path}"'


def _condition(rule: Rule, paths: Sequence[str]) -> str:
    if rule.only_if is None:
        return ""
    path, wanted = rule.only_if
    return f"and {_value(path, paths)} = '{wanted}'"


def _reason(rule: Rule, paths: Sequence[str], now: datetime) -> str:
    value = _value(rule.path, paths)
    if rule.is_moment:
        latest = (now + CLOCK_SKEW).isoformat()
        moment = f"try_cast({value} as timestamptz)"
        if not rule.path.startswith("$"):  # GA4 counts microseconds
            moment = f"to_timestamp({value} / 1e6)"
        cases = [
            (f"{moment} is null and {value} <> ''", "'is no moment'"),
            (f"{moment} < timestamptz '{EARLIEST.isoformat()}'", "'lies before 2000'"),
            (f"{moment} > timestamptz '{latest}'", "'lies in the future'"),
        ]
    else:
        number = f"try_cast({value} as double)"
        cases = [(f"{number} is null and {value} <> ''", "'is no number'")]
        if rule.low is not None:
            cases.append((f"{number} < {rule.low}", f"'is ' || {number} || ', below {rule.low:g}'"))
        if rule.high is not None:
            cases.append(
                (f"{number} > {rule.high}", f"'is ' || {number} || ', above {rule.high:g}'")
            )
    if not rule.path.startswith("$"):
        cases = cases[1:]  # a column has its type
    whens = " ".join(f"when {test} then '{rule.field} ' || {text}" for test, text in cases)
    return f"case {whens} end"
