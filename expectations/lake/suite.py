"""The suite of one landed file: what holds for every file, plus the rules of its stream."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib import import_module

from expectations.errors import UnknownCheck
from expectations.judge import Check, Suite
from expectations.lake.rules import StreamRules
from expectations.lake.volume import TRUNCATED, Bounds
from expectations.results import Severity
from extract import NAMES
from extract.source import Kind, Stream

# One module of this package for each source; a source without rules cannot be judged.
MODULES = {name: import_module(f"expectations.lake.{name}") for name in NAMES}
RUNBOOKS = {
    Severity.REFUSE: "file_refused",
    Severity.QUARANTINE: "rows_quarantined",
    Severity.WARN: "file_refused",
}
DRIFT_SHARE = 0.001  # of the rows; above it a type has changed, below it a record is odd
BROKEN_SHARE = 0.05  # of the rows; above it a unit or a scale has changed
FEW = 5  # rows that are never called a share, unless they are half of the file
ACCEPTABLE = (
    "rows_not_too_few",
    "rows_not_fewer_than_accepted",
    "types_drifted_in_few_rows",
    "values_broken_in_few_rows",
)
REFUSE, QUARANTINE, WARN = Severity.REFUSE, Severity.QUARANTINE, Severity.WARN


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file beside the numbers of its profile."""

    shape_defects: tuple[str, ...]
    manifest_defects: tuple[str, ...]
    rate: float
    bounds: Bounds
    accepted_rows: int | None
    row_bytes: float | None = None
    usual_row_bytes: tuple[float, float] | None = None


def rules_of(source: str, stream: str) -> StreamRules:
    """Return the rules of a stream; a stream without its own has those of every file."""
    module = MODULES.get(source)
    return module.STREAMS.get(stream, StreamRules(())) if module else StreamRules(())


def shape_suite(source: str, stream: str, defects: Collection[str]) -> Suite:
    """Return the suite of a file whose rows cannot be read at all."""
    return _suite(source, stream, (_shape(defects),))


def file_suite(
    source: str,
    stream: Stream,
    numbers: dict[str, float | None],
    facts: FileFacts,
    accept: Collection[str] = (),
) -> Suite:
    """Return the suite of a file; adds to the numbers what the suite judges beside the profile."""
    if unknown := sorted(set(accept) - set(ACCEPTABLE)):
        raise UnknownCheck(
            f"check {', '.join(unknown)}",
            "it does not exist, or its failure is a defect and no matter of opinion",
            f"checks that may be accepted by hand: {', '.join(ACCEPTABLE)}",
        )
    rows = numbers["row_count"] or 0
    numbers |= {
        "shape_defects": float(len(facts.shape_defects)),
        "manifest_defects": float(len(facts.manifest_defects)),
        "drifted_share": _share(numbers["drifted"], rows),
        "broken_share": _share(numbers["broken_rows"], rows),
        "rate": facts.rate,
    }
    checks = (
        _shape(facts.shape_defects),
        *_identity(stream, numbers, facts),
        *_values(source, stream.name, numbers),
        *_time(source, stream, numbers),
        *_volume(stream, numbers, facts, rules_of(source, stream.name).may_lose_below),
        *_sizes(numbers, facts),
    )
    return _suite(source, stream.name, tuple(_accepted(check, accept) for check in checks))


def _suite(source: str, stream: str, checks: tuple[Check, ...]) -> Suite:
    owner = MODULES[source].OWNER if source in MODULES else "data platform"
    return Suite(f"lake.{source}.{stream}", owner, RUNBOOKS, checks)


def _accepted(check: Check, accept: Collection[str]) -> Check:
    if check.name not in accept:
        return check
    return replace(check, severity=WARN, seen=f"{check.seen} (accepted by hand)")


def _share(part: float | None, rows: float) -> float:
    """Return the share of bad rows; a few odd rows in a larger file count as none."""
    bad = part or 0
    return bad / rows if rows and (bad > FEW or bad * 2 >= rows) else 0.0


def _shape(defects: Collection[str]) -> Check:
    return Check(
        "columns_are_those_of_the_landing_format",
        "shape_defects",
        REFUSE,
        "; ".join(defects),
        about="Every landed file has the same columns, in the same order, with the same types.",
    )


def _identity(
    stream: Stream, numbers: Mapping[str, float | None], facts: FileFacts
) -> tuple[Check, ...]:
    def seen(number: str, text: str) -> str:
        return f"{numbers[number] or 0:,.0f} {text}"

    wanted = [
        ("manifest_fits_the_file", "manifest_defects", "; ".join(facts.manifest_defects)),
        ("keys_are_present", "missing_keys", seen("missing_keys", "rows without a key")),
        ("keys_are_unique", "repeated_keys", seen("repeated_keys", "rows repeat (key, cursor)")),
        ("rows_belong_to_the_interval", "strays", seen("strays", "rows name another interval")),
        (
            "extraction_has_happened",
            "from_the_future",
            seen("from_the_future", "rows say that they were extracted in the future, or never"),
        ),
        (
            "cursors_lie_in_the_interval",
            "cursors_outside",
            seen("cursors_outside", "rows have a cursor outside of the interval"),
        ),
    ]
    if stream.cursor:
        text = seen("missing_cursors", "rows without a cursor")
        wanted.append(("cursors_are_present", "missing_cursors", text))
    return tuple(Check(name, number, REFUSE, text) for name, number, text in wanted)


def _values(source: str, stream: str, numbers: Mapping[str, float | None]) -> tuple[Check, ...]:
    rows = numbers["row_count"] or 0
    drifted, broken = numbers["drifted"] or 0, numbers["broken_rows"] or 0
    return (
        Check("types_are_known", "drifted", QUARANTINE, f"{drifted:,.0f} rows of another type"),
        Check(
            "types_drifted_in_few_rows",
            "drifted_share",
            REFUSE,
            f"{drifted:,.0f} of {rows:,.0f} rows have another type than staging reads",
            high=DRIFT_SHARE,
            about="A few odd records are quarantined; more means that the source changed a type.",
        ),
        *(
            Check(
                f"{rule.field}_in_range",
                f"broken_{rule.field}",
                QUARANTINE,
                f"{numbers[f'broken_{rule.field}'] or 0:,.0f} rows with {rule.field} out of range",
            )
            for rule in rules_of(source, stream).rules
        ),
        Check(
            "values_broken_in_few_rows",
            "broken_share",
            REFUSE,
            f"{broken:,.0f} of {rows:,.0f} rows have a value out of range",
            high=BROKEN_SHARE,
            about="A few odd values are quarantined; more means that a unit or a scale changed.",
        ),
    )


def _time(source: str, stream: Stream, numbers: Mapping[str, float | None]) -> tuple[Check, ...]:
    lag = numbers["newest_lag_hours"]
    if lag is None:
        return ()
    hours = rules_of(source, stream.name).fresh_hours
    text = f"the newest record is {lag:,.1f} h older than the interval's end, usual are {hours:g} h"
    return (Check("newest_record_is_fresh", "newest_lag_hours", WARN, text, None, hours),)


def _volume(
    stream: Stream, numbers: dict[str, float | None], facts: FileFacts, few: int
) -> tuple[Check, ...]:
    bounds, rate = facts.bounds, facts.rate
    unit = "rows" if stream.kind is Kind.SNAPSHOT else "rows a day"
    checks = [
        Check(
            "rows_not_too_few",
            "rate",
            bounds.below,
            f"{rate:,.1f} {unit}, {bounds.low - rate:,.1f} below the bound of {bounds.low:,.1f} "
            f"({bounds.basis})",
            bounds.low,
            None,
            about=f"Learnt from accepted intervals: {bounds.basis}.",
        )
    ]
    if bounds.told:
        text = (
            f"{rate:,.1f} {unit}, {bounds.told - rate:,.1f} below the bound of {bounds.told:,.1f} "
            f"({bounds.basis})"
        )
        checks.append(Check("rows_as_many_as_usual", "rate", WARN, text, bounds.told, None))
    if bounds.high is not None:
        text = (
            f"{rate:,.1f} {unit}, {rate - bounds.high:,.1f} above the bound of {bounds.high:,.1f} "
            f"({bounds.basis})"
        )
        checks.append(Check("rows_not_too_many", "rate", WARN, text, None, bounds.high))
    accepted = facts.accepted_rows or 0
    if accepted >= max(few, 1) and stream.kind in {Kind.EVENT, Kind.RESTATE}:
        share = (numbers["row_count"] or 0) / accepted
        numbers["share_of_accepted"] = share
        text = (
            f"{numbers['row_count'] or 0:,.0f} rows, below {TRUNCATED:.0%} of the "
            f"{accepted:,} rows accepted for this interval before"
        )
        checks.append(
            Check(
                "rows_not_fewer_than_accepted", "share_of_accepted", REFUSE, text, TRUNCATED, None
            )
        )
    return tuple(checks)


def _sizes(numbers: dict[str, float | None], facts: FileFacts) -> tuple[Check, ...]:
    """Compare the size of a record with that in other files: fields that fall away make it less."""
    if facts.row_bytes is None or facts.usual_row_bytes is None:
        return ()
    low, high = facts.usual_row_bytes
    numbers["row_bytes"] = facts.row_bytes
    by = max(low - facts.row_bytes, facts.row_bytes - high)
    side = f"below the bound of {low:,.0f}" if facts.row_bytes < low else f"above {high:,.0f}"
    text = f"{facts.row_bytes:,.0f} bytes a record, {by:,.0f} {side} learnt from accepted files"
    about = "A field that the source no longer fills makes every record smaller."
    return (Check("records_have_their_usual_size", "row_bytes", WARN, text, low, high, about),)
