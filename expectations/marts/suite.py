"""The suite of one mart: keys, contract, ranges by the names of its columns, arithmetic, drift."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import duckdb

from expectations.errors import UnknownCheck
from expectations.judge import Check, Suite
from expectations.marts.drift import JUMP_SIGMA, comparable, jumps, moved_values
from expectations.marts.ties import EXPERIENCE, TIES, Columns
from expectations.profile import Numbers, one_row
from expectations.results import Severity

OWNER = "warehouse"
RUNBOOK = "marts_refused"
RUNBOOKS = dict.fromkeys(Severity, RUNBOOK)
REFUSE, WARN = Severity.REFUSE, Severity.WARN
SHRUNK = 0.95  # of the rows of the last release; below it rows were lost, not corrected
# Lists of who or what is so now: a row that is not so any more is gone.
LISTS = {
    *("agg_advocates", "agg_audience_members"),
    *("identity_review_queue", "pii_identity_review_queue"),
}
LIST_SHRUNK, LIST_ROWS = 0.5, 20  # of a list of so many rows, below it is no coming and going
FRESH_DAYS = {EXPERIENCE: 2, "fct_touchpoints": 2, "fct_calls": 4, "fct_tickets": 4}
DIFFERENCES = ("uplift_",)  # of two rates
NOT_NEGATIVE = ("_count", "_seconds", "_minutes", "_days")
OWN_CLOCK = (  # they tell of the pipeline
    "agg_freshness",
    "dim_checks",
    "fct_alerts",
    "fct_erasure_receipts",
    "fct_extract_attempts",
    "fct_check_results",
    "fct_quarantined_rows",
    "fct_releases",
)
MAY_SHRINK = {"fct_quarantined_rows"}  # what is judged anew and sound leaves it
ACCEPTABLE = (
    "columns_are_kept",
    "rows_are_kept",
    "closed_days_stand_still",
    "marts_are_all_there",
)


@dataclass(frozen=True, slots=True)
class Build:
    """What the gate compares: the marts now, those of the last release, and what may differ."""

    con: duckdb.DuckDBPyConnection  # the build is attached as `now`, the release as `before`
    columns: Columns
    before: Columns
    keys: Mapping[str, tuple[tuple[str, ...], ...]]
    as_of: datetime
    touched: Collection[date]


def release_suite(build: Build, accept: Collection[str]) -> tuple[Suite, Numbers]:
    """Return the suite of the build as a whole."""
    gone = sorted(set(build.before) - set(build.columns))
    checks = (
        Check("marts_are_all_there", "marts_gone", REFUSE, f"missing: {', '.join(gone)}"),
        Check("there_are_marts", "marts", REFUSE, "the build holds no mart", 1, None),
    )
    numbers: Numbers = {"marts_gone": float(len(gone)), "marts": float(len(build.columns))}
    return _suite("marts.release", checks, accept), numbers


def mart_suite(build: Build, mart: str, accept: Collection[str]) -> tuple[Suite, Numbers]:
    """Return the suite of a mart with the numbers that it judges."""
    numbers: Numbers = {}
    checks = [
        *_keys(build, mart, numbers),
        *_ranges(build, mart, numbers),
        *_kept(build, mart, numbers),
        *_fresh(build, mart, numbers),
        *_ties(build, mart, numbers),
    ]
    if mart == EXPERIENCE and comparable(build.columns, build.before):
        checks += _standing(build, numbers)
    if mart == EXPERIENCE and "margin_of_error" in build.columns[mart]:
        checks += _jumps(build, numbers)
    return _suite(f"marts.{mart}", tuple(checks), accept), numbers


def check_names(accept: Collection[str]) -> None:
    """Refuse to accept what is a defect and no matter of opinion."""
    if unknown := sorted(set(accept) - set(ACCEPTABLE)):
        raise UnknownCheck(
            f"check {', '.join(unknown)}",
            "it does not exist, or its failure is a defect and no matter of opinion",
            f"checks that may be accepted by hand: {', '.join(ACCEPTABLE)}",
        )


def _suite(name: str, checks: tuple[Check, ...], accept: Collection[str]) -> Suite:
    taken_on = tuple(
        replace(check, severity=WARN, seen=f"{check.seen} (accepted by hand)")
        if check.name in accept
        else check
        for check in checks
    )
    return Suite(name, OWNER, RUNBOOKS, taken_on)


def _zero(numbers: Numbers, name: str, broken: object, severity: Severity, text: str) -> Check:
    numbers[name] = float(str(broken or 0))
    return Check(name, name, severity, text)


def _keys(build: Build, mart: str, numbers: Numbers) -> list[Check]:
    keys = build.keys.get(mart)
    if keys is None:
        return [_zero(numbers, "key_is_declared", 1, WARN, f"{mart} has no declared key")]
    checks = []
    for key in keys:
        columns = ", ".join(f'"{name}"' for name in key)
        empty = " or ".join(f'"{name}" is null' for name in key)
        missing, repeated = build.con.execute(
            f"select count(*) filter ({empty}), count(*) - count(distinct row({columns})) "  # noqa: S608
            f"from now.marts.{mart}"
        ).fetchall()[0]
        named = "_".join(key)
        text = f"{missing:,} rows of {mart} have no {', '.join(key)}"
        checks.append(_zero(numbers, f"{named}_is_there", missing, REFUSE, text))
        text = f"{repeated:,} rows of {mart} repeat {', '.join(key)}"
        checks.append(_zero(numbers, f"{named}_is_unique", repeated, REFUSE, text))
    return checks


def _ranges(build: Build, mart: str, numbers: Numbers) -> list[Check]:
    """Judge columns by what their names promise."""
    latest = build.as_of.replace(tzinfo=None) + timedelta(days=1)
    wanted = []
    for name, kind in build.columns[mart].items():
        column = f'"{name}"'
        if name.endswith("_rate"):
            low = -1 if name.startswith(DIFFERENCES) else 0
            test = f"{column} not between {low} and 1"
            wanted.append((name, test, REFUSE, f"lies outside of {low} to 1"))
        elif name.endswith(NOT_NEGATIVE) and "_delta_" not in name:
            wanted.append((name, f"{column} < 0", REFUSE, "is below zero"))
        elif name.endswith("_at") and kind.startswith("TIMESTAMP") and mart not in OWN_CLOCK:
            test = f"cast({column} as timestamp) > timestamp '{latest.isoformat(' ')}'"
            wanted.append((name, test, WARN, "lies in the future"))
    if not wanted:
        return []
    counted = ", ".join(f'count(*) filter ({test}) as "{name}"' for name, test, _, _ in wanted)
    found = one_row(build.con, f"select {counted} from now.marts.{mart}")  # noqa: S608
    return [
        _zero(
            numbers,
            f"{name}_in_range",
            found[name],
            severity,
            f"{name} {text} in {found[name]:,} rows of {mart}",
        )
        for name, _, severity, text in wanted
    ]


def _kept(build: Build, mart: str, numbers: Numbers) -> list[Check]:
    """Compare columns and rows with the last release."""
    rows = build.con.execute(f"select count(*) from now.marts.{mart}").fetchall()[0][0]  # noqa: S608
    numbers["rows"] = float(rows)
    checks = [Check("mart_has_rows", "rows", WARN, f"{mart} is empty", 1, None)]
    if mart not in build.before:
        return checks
    old = build.before[mart]
    lost = [f"{name} {kind}" for name, kind in old.items() if build.columns[mart].get(name) != kind]
    text = f"{mart} no longer holds {', '.join(lost)}"
    checks.append(_zero(numbers, "columns_are_kept", len(lost), REFUSE, text))
    before = build.con.execute(f"select count(*) from before.marts.{mart}").fetchall()[0][0]  # noqa: S608
    if mart not in MAY_SHRINK and before >= (LIST_ROWS if mart in LISTS else 1):
        numbers["share_of_rows_before"] = rows / before
        text = f"{mart} has {rows:,} rows, the last release had {before:,}"
        low = LIST_SHRUNK if mart in LISTS else SHRUNK
        checks.append(Check("rows_are_kept", "share_of_rows_before", REFUSE, text, low, None))
        if mart not in LISTS:
            name = "rows_do_not_shrink"
            checks.append(Check(name, "share_of_rows_before", WARN, text, 1, None))
    return checks


def _fresh(build: Build, mart: str, numbers: Numbers) -> list[Check]:
    days = FRESH_DAYS.get(mart)
    column = next(
        (name for name in ("booked_on", "started_on", "created_on") if name in build.columns[mart]),
        None,
    )
    if days is None or column is None:
        return []
    last_day = (build.as_of - timedelta(microseconds=1)).date()
    lag = build.con.execute(
        f"select date_diff('day', max({column}), date '{last_day}') from now.marts.{mart}"  # noqa: S608
    ).fetchall()[0][0]
    if lag is None:
        return []
    numbers["newest_day_lag"] = float(lag)
    text = f"the newest day of {mart} is {lag} days before the last day of the lake"
    return [Check("newest_day_is_fresh", "newest_day_lag", WARN, text, None, days)]


def _ties(build: Build, mart: str, numbers: Numbers) -> list[Check]:
    checks = []
    for tie in (tie for tie in TIES if tie.mart == mart):
        if missing := tie.missing(build.columns):
            text = f"not judged, there is no {', '.join(missing)}"
            checks.append(_zero(numbers, tie.name, 1, WARN, text))
            continue
        broken = build.con.execute(tie.sql).fetchall()[0][0]
        text = f"{tie.name.replace('_', ' ')}: broken {broken:,} times in {mart}"
        checks.append(_zero(numbers, tie.name, broken, REFUSE, text))
    return checks


def _standing(build: Build, numbers: Numbers) -> list[Check]:
    moved = moved_values(build.con, build.touched)
    first = ", ".join(f"{metric} ({segment}) of {day}" for metric, segment, day in moved[:3])
    text = (
        f"{len(moved):,} closed numbers differ from the last release though no new data touches "
        f"their days, first {first}"
    )
    return [_zero(numbers, "closed_days_stand_still", len(moved), REFUSE, text)]


def _jumps(build: Build, numbers: Numbers) -> list[Check]:
    checks = []
    for metric, day, value, usual, sigmas in jumps(build.con):
        name = f"{metric}_does_not_jump"
        numbers[name] = sigmas
        text = f"{metric} of {day} is {value:,.2f}, usual is {usual:,.2f}: {sigmas:.1f} sigmas away"
        checks.append(Check(name, name, WARN, text, None, JUMP_SIGMA))
    return checks
