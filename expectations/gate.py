"""The lake gate: a landed file passes, passes with rows held back, or is refused.

A file goes from landing/ to raw/ (the only zone that staging reads) or to refused/. Rows that break
a rule stay in their file with a reason in `_error`. The mart gate is in `expectations.marts`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from expectations.data_docs import build_data_docs
from expectations.errors import FileRefused, MartsRefused, NothingLanded
from expectations.judge import judge
from expectations.lake.file_shape import manifest_defects, shape_defects, was_noted
from expectations.lake.suite import FileFacts, file_suite, rules_of, shape_suite
from expectations.lake.volume import (
    accepted_before,
    history,
    learn,
    rate,
    row_bytes,
    usual_row_bytes,
)
from expectations.marts.gate import check_marts
from expectations.profile import broken_rows, connect, decided_rows, profile_file
from expectations.promotion import promote, reasons_path, refuse
from expectations.quarantine import marks_of, standing
from expectations.results import (
    CheckResult,
    Outcome,
    Severity,
    Subject,
    Verdict,
    write_results,
)
from extract import find_source
from extract.erased import at_work
from extract.lake import landed_path
from extract.source import Stream, Window

__all__ = [
    "CheckResult",
    "FileRefused",
    "MartsRefused",
    "NothingLanded",
    "Outcome",
    "Severity",
    "Verdict",
    "build_data_docs",
    "check_landed",
    "check_marts",
]


@dataclass(frozen=True, slots=True)
class _File:
    """One file before the gate: what it claims to be, and its place in each zone."""

    source: str
    stream: Stream
    window: Window
    lake: Path
    holidays: Collection[date] = ()

    def zone(self, name: str) -> Path:
        return landed_path(self.lake, name, self.source, self.stream.name, self.window)

    @property
    def name(self) -> str:
        return f"{self.source}.{self.stream.name} {self.window.name}"


def check_landed(
    source: str,
    stream: str,
    window: Window,
    lake: Path,
    now: datetime,
    results_dir: Path,
    accept: Collection[str] = (),
    holidays: Collection[date] = (),
) -> Verdict:
    """Judge what a run of the window landed, and move each file to raw/ or to refused/.

    Repeat it freely: a file that was accepted before stays accepted, one that was refused stays
    refused. `accept` names checks whose failure somebody looked at and takes on; a file that they
    kept in refused/ is judged again. On `holidays` a day may hold less.
    """
    declared = find_source(source).stream(stream)
    files = [_File(source, declared, one, lake, holidays) for one in declared.file_windows(window)]
    verdicts, refusals = [], []
    for file in files:
        with at_work(lake):
            verdict = _check_file(file, now, results_dir, accept)
        if verdict is None:
            continue
        verdicts.append(verdict)
        if verdict.outcome is Outcome.REFUSED:
            refusals.append((file, verdict))
    if not verdicts:
        raise NothingLanded(
            f"{source}.{stream} {window.name}: no file in landing/, raw/ or refused/",
            "the gate judges files, and there is none",
            f"run `cxw extract {source} {stream}` for this interval first",
        )
    if refusals:
        raise _refusal(refusals)
    return _summary(verdicts)


def _check_file(
    file: _File, now: datetime, results_dir: Path, accept: Collection[str]
) -> Verdict | None:
    """Judge and move one file; None when there is none."""
    landing, raw, refused = (file.zone(name) for name in ("landing", "raw", "refused"))
    if not landing.exists():
        if accept and refused.exists():
            landing.parent.mkdir(parents=True, exist_ok=True)
            refused.rename(landing)
        elif refused.exists():
            return _remembered(refused)
        elif raw.exists():
            return Verdict(Outcome.PASSED, accepted_before(raw) or 0, 0, ())
        else:
            return None
    checks, rows, held, marks = _judge_file(file, landing, now, results_dir, accept)
    subject = _subject(file, now)
    write_results(results_dir, subject, checks)
    failed = [c for c in checks if not c.success]
    if any(c.severity is Severity.REFUSE for c in failed):
        verdict = Verdict(Outcome.REFUSED, rows, held, checks)
        refuse(landing, refused, _reasons(file, now, verdict), now)
        return verdict
    promote(landing, raw, refused, marks, now)
    return Verdict(Outcome.QUARANTINED if held else Outcome.PASSED, rows, held, checks)


def _judge_file(
    file: _File, path: Path, now: datetime, results_dir: Path, accept: Collection[str]
) -> tuple[tuple[CheckResult, ...], int, int, dict[int, str | None]]:
    """Return the checks, the rows, the rows to hold back, and the marks of those marked here."""
    subject = _subject(file, now)
    rules = rules_of(file.source, file.stream.name).rules
    decided = marks_of(standing(file.lake, f"{file.source}.{file.stream.name}"))
    wrong = shape_defects(path, file.stream)
    if not wrong:
        try:
            with connect() as con:
                reach = file.stream.reach(file.window)
                numbers = profile_file(con, path, rules, file.window, reach, now, decided)
                broken: dict[int, str | None] = {}
                if numbers["broken_rows"]:
                    broken |= broken_rows(con, path, rules, now, decided)
                marks = broken | decided_rows(con, path, decided) if decided else broken
        except duckdb.Error as error:
            wrong = (f"its rows cannot be read ({str(error).splitlines()[0]})",)
    if wrong:
        suite = shape_suite(file.source, file.stream.name, wrong)
        return judge(suite, {"shape_defects": float(len(wrong))}, subject, results_dir), 0, 0, {}
    rows = int(numbers["row_count"] or 0)
    seen = history(file.lake, file.source, file.stream.name, file.window)
    facts = FileFacts(
        shape_defects=(),
        manifest_defects=manifest_defects(path, file.source, file.stream.name, file.window, rows),
        rate=rate(rows, file.window, file.stream.kind),
        bounds=learn(
            seen,
            file.window,
            file.stream.kind,
            now,
            is_partial=not rows and was_noted(path),
            late=file.stream.late,
            holidays=file.holidays,
        ),
        accepted_rows=accepted_before(file.zone("raw")),
        row_bytes=row_bytes(path),
        usual_row_bytes=usual_row_bytes(seen),
    )
    suite = file_suite(file.source, file.stream, numbers, facts, accept)
    held = int(numbers["drifted"] or 0) + len(broken)
    return judge(suite, numbers, subject, results_dir), rows, held, marks


def _subject(file: _File, now: datetime) -> Subject:
    window = file.window
    return Subject(
        gate="lake",
        checked_at=now,
        file_path=str(file.zone("raw").relative_to(file.lake / "raw")),
        source=file.source,
        stream=file.stream.name,
        interval_start=window.start,
        interval_end=window.end,
    )


def _reasons(file: _File, now: datetime, verdict: Verdict) -> dict[str, object]:
    return {
        "source": file.source,
        "stream": file.stream.name,
        "window": file.window.name,
        "checked_at": now.isoformat(),
        "rows": verdict.rows,
        "reasons": {c.check: c.message for c in verdict.failed(Severity.REFUSE)},
    }


def _remembered(refused: Path) -> Verdict:
    """Return the verdict on a file that was refused before."""
    said = json.loads(reasons_path(refused).read_text())
    suite = f"lake.{said['source']}.{said['stream']}"
    checks = tuple(
        CheckResult(suite, name, Severity.REFUSE, False, None, "", text, "", "file_refused")
        for name, text in said["reasons"].items()
    )
    return Verdict(Outcome.REFUSED, int(said["rows"]), 0, checks)


def _refusal(refusals: list[tuple[_File, Verdict]]) -> FileRefused:
    def told() -> Iterator[str]:
        for file, verdict in refusals:
            failed = verdict.failed(Severity.REFUSE)
            yield f"{file.name}: " + "; ".join(c.message for c in failed)

    file, verdict = refusals[0]
    names = " ".join(f"--accept {c.check}" for c in verdict.failed(Severity.REFUSE))
    return FileRefused(
        " | ".join(told()),
        "staging would take it for the truth, so the file waits in refused/ and raw/ is as it was",
        f"mend the source and run `cxw extract {file.source} {file.stream.name}` again, or see "
        f"docs/runbooks/file_refused.md when it is right as it is ({names})",
    )


def _summary(verdicts: list[Verdict]) -> Verdict:
    held = any(v.outcome is Outcome.QUARANTINED for v in verdicts)
    return Verdict(
        Outcome.QUARANTINED if held else Outcome.PASSED,
        sum(v.rows for v in verdicts),
        sum(v.quarantined_rows for v in verdicts),
        tuple(check for v in verdicts for check in v.checks),
    )
