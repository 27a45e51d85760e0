"""Rules for the values of a record, and the SQL that finds the rows that break them.

A rule says between which bounds a value of the payload (or a column) lies. A row that breaks one is
quarantined with a reason; a value that is absent breaks nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

GATE = "gate: "  # what the reasons of this gate begin with; a repeat of the gate judges anew
DRIFTED = f"coalesce(not starts_with(_error, '{GATE}'), false)"
ROW_KEY = "coalesce(_pk, '') || ':' || coalesce(lower(hex(_payload_sha)), '')"  # see row_key
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
    may_lose_below: int = 0  # rows: fewer, accepted before, may shrink; people delete records


def seconds(*fields: str) -> tuple[Rule, ...]:
    """Durations: not below zero and not longer than a day."""
    return tuple(Rule(field, f"$.{field}", 0, 86_400) for field in fields)


def counts(*paths: str) -> tuple[Rule, ...]:
    """Counters: not below zero."""
    return tuple(Rule(path.rpartition(".")[2], f"$.{path}", 0) for path in paths)


def moments(*paths: str) -> tuple[Rule, ...]:
    """Moments: after 2000 and not in the future."""
    return tuple(Rule(path.rpartition(".")[2], f"$.{path}", is_moment=True) for path in paths)


def judged_rows(
    path: str, rules: Sequence[Rule], now: datetime, decided: Collection[str] = ()
) -> str:
    """Return the SQL that tells for each row of a file which rules it breaks.

    A row that the landing writer marked already keeps its mark and is judged by no rule, nor is one
    that a person decided on, named by its key and the hash of its payload.
    """
    quoted = path.replace("'", "''")
    paths = _paths(rules)
    sound = f"case when {DRIFTED} then null else _payload end"  # a marked payload may be no JSON
    found = f"json_extract_string({sound}, {_list(paths)})" if paths else "null"
    native = "".join(f', "{name}"' for name in sorted({r.path for r in rules} - set(paths)))
    broken = "".join(
        f",\n    not is_drift and not is_decided {_condition(rule, paths)} and coalesce("
        f"{' or '.join(test for test, _ in _breaches(rule, paths, now))}, false) as broken_{place}"
        for place, rule in enumerate(rules)
    )
    return f"""
with landed as materialized (
    select file_row_number as row_number, _pk, _cursor, _extracted_at, _interval_start,
        _interval_end, {_decided(decided)} as is_decided,
        not is_decided and {DRIFTED} as is_drift,
        {found} as found{native}
    from read_parquet('{quoted}', file_row_number = true, hive_partitioning = false)
)
select *{broken}
from landed"""  # noqa: S608


def _decided(keys: Collection[str]) -> str:
    if not keys:
        return "false"
    quoted = ", ".join("'" + key.replace("'", "''") + "'" for key in sorted(keys))
    return f"{ROW_KEY} in ({quoted})"


def some_broken(rules: Sequence[Rule]) -> str:
    """Return the SQL that is true for a row which breaks any rule."""
    return " or ".join(f"broken_{place}" for place in range(len(rules))) or "false"


def reasons(rules: Sequence[Rule], now: datetime) -> str:
    """Return the SQL that says in words what is wrong with a row that breaks a rule."""
    paths = _paths(rules)
    said = (
        f"case when broken_{place} then case "
        + " ".join(
            f"when {test} then '{rule.field} ' || {text}"
            for test, text in _breaches(rule, paths, now)
        )
        + " end end"
        for place, rule in enumerate(rules)
    )
    return f"concat_ws('; ', {', '.join(said)})"


def _paths(rules: Sequence[Rule]) -> list[str]:
    conditions = {rule.only_if[0] for rule in rules if rule.only_if}
    return sorted({rule.path for rule in rules if rule.path.startswith("$")} | conditions)


def _list(paths: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{path}'" for path in paths) + "]"


def _value(path: str, paths: Sequence[str]) -> str:
    return f"found[{paths.index(path) + 1}]" if path.startswith("$") else f'"{path}"'


def _condition(rule: Rule, paths: Sequence[str]) -> str:
    if rule.only_if is None:
        return ""
    path, wanted = rule.only_if
    return f"and {_value(path, paths)} = '{wanted}'"


def _breaches(rule: Rule, paths: Sequence[str], now: datetime) -> list[tuple[str, str]]:
    """Return each way to break a rule, with the SQL of the words for it."""
    value = _value(rule.path, paths)
    is_text = rule.path.startswith("$")  # a column has its type, a value of the payload is text
    if rule.is_moment:
        latest = (now + CLOCK_SKEW).isoformat()
        moment = f"try_cast({value} as timestamptz)" if is_text else f"to_timestamp({value} / 1e6)"
        unreadable = (f"({moment} is null and {value} <> '')", "'is no moment'")
        ways = [
            (f"{moment} < timestamptz '{EARLIEST.isoformat()}'", "'lies before 2000'"),
            (f"{moment} > timestamptz '{latest}'", "'lies in the future'"),
        ]
    else:
        number = f"try_cast({value} as double)"
        unreadable = (f"({number} is null and {value} <> '')", "'is no number'")
        ways = []
        if rule.low is not None:
            ways.append((f"{number} < {rule.low}", f"'is ' || {number} || ', below {rule.low:g}'"))
        if rule.high is not None:
            words = f"'is ' || {number} || ', above {rule.high:g}'"
            ways.append((f"{number} > {rule.high}", words))
    return [unreadable, *ways] if is_text else ways
