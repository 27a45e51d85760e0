"""The mart gate: a finished build is shown to BI, or the last release stays."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from expectations.errors import MartsRefused
from expectations.judge import judge
from expectations.marts.drift import touched_days
from expectations.marts.keys import keys_of_marts
from expectations.marts.suite import RUNBOOK, Build, check_names, mart_suite, release_suite
from expectations.marts.ties import Columns
from expectations.results import CheckResult, Outcome, Severity, Subject, Verdict, write_results
from extract.errors import CorruptFile


def check_marts(
    marts: Path,
    previous: Path | None,
    as_of: datetime,
    results_dir: Path,
    *,
    now: datetime | None = None,
    dbt_manifest: Path | None = None,
    touched: Collection[date] | None = None,
    accept: Collection[str] = (),
) -> Verdict:
    """Judge the marts of a build against themselves and against the last release.

    `previous` is the marts file of the last release, None for the first build. `touched` names the
    closed days whose numbers may differ; when it is not given, it is read from the warehouse file
    beside the marts. `accept` names checks whose failure somebody looked at and takes on. `now` is
    when the gate runs, by default the as-of moment.
    """
    check_names(accept)
    if touched is None:
        beside = previous.parent / "private" / "warehouse.duckdb" if previous else None
        warehouse = marts.with_name("warehouse.duckdb")
        touched = (touched_days(warehouse, beside) if warehouse.exists() else None) or frozenset()
    subject = Subject("marts", now or as_of, marts.name, interval_end=as_of)
    with _attached(marts, previous) as con:
        build = Build(
            con=con,
            columns=_columns(con, "now"),
            before=_columns(con, "before"),
            keys=keys_of_marts(dbt_manifest),
            as_of=as_of,
            touched=touched,
        )
        suites = [release_suite(build, accept)]
        suites += [mart_suite(build, mart, accept) for mart in sorted(build.columns)]
        rows = sum(int(numbers.get("rows") or 0) for _, numbers in suites)
    checks = tuple(
        check
        for suite, numbers in suites
        if suite.checks
        for check in judge(suite, numbers, subject, results_dir)
    )
    write_results(results_dir, subject, checks)
    refused = [c for c in checks if not c.success and c.severity is Severity.REFUSE]
    if refused:
        raise _refusal(refused, previous, subject.checked_at)
    return Verdict(Outcome.PASSED, rows, 0, checks)


@contextmanager
def _attached(marts: Path, previous: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open both files read-only in a database in memory."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        for path, name in ((marts, "now"), (previous, "before")):
            if path is None:
                continue
            quoted = str(path.resolve()).replace("'", "''")
            try:
                con.execute(f"attach '{quoted}' as {name} (read_only)")
            except duckdb.Error as error:
                raise CorruptFile(
                    f"{path.name} cannot be opened read-only ({str(error).splitlines()[0]})",
                    "it is damaged, or another process writes it",
                    "run `cxw build` again; the current release is untouched",
                ) from error
        yield con


def _columns(con: duckdb.DuckDBPyConnection, database: str) -> Columns:
    found: Columns = {}
    for mart, column, kind in con.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = 'marts' order by table_name, column_index",
        [database],
    ).fetchall():
        found.setdefault(mart, {})[column] = kind
    return found


def _refusal(refused: list[CheckResult], previous: Path | None, now: datetime) -> MartsRefused:
    told = "; ".join(f"{c.suite} {c.check}: {c.message}" for c in refused)
    stays = _served(previous, now) if previous else "nothing is published yet"
    return MartsRefused(
        f"{len(refused)} checks failed: {told}",
        f"BI would show numbers that are wrong or that changed without cause, so {stays}",
        f"see docs/runbooks/{RUNBOOK}.md, mend the cause, then run `cxw build` again",
    )


def _served(previous: Path, now: datetime) -> str:
    """Say which release stays, and for how long it has been served."""
    manifest = previous.with_name("manifest.json")
    if not manifest.exists():
        return "the last release stays"
    since = datetime.fromisoformat(json.loads(manifest.read_text())["built_at"])
    hours = (now - since) / timedelta(hours=1)
    return f"the last release stays: {previous.parent.name}, served for {hours:,.0f} h"
