"""One screen of how it stands: streams, release, trust, gates, held rows, alerts, silences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from extract import BROKEN, SOURCES, find_source
from extract.errors import UnknownSource
from ops import history, plan, steps
from ops.alerts.message import age, moment
from ops.alerts.on_failure import BUILD_COMMANDS
from ops.settings import Settings
from ops.standing import Facts, gather

SHOWN = 10


def show(
    settings: Settings, console: Console, only: str | None = None, *, is_json: bool = False
) -> int:
    """Print how it stands, as one screen or as JSON; return 1 when something is wrong now."""
    if only:
        _show_stream(settings, console, only)
        return 0
    facts = gather(settings, _now(settings))
    if is_json:
        console.print_json(json.dumps(facts))
        return int(bool(facts["findings"]))
    console.print(_streams(facts))
    for line in (*_release(facts), *_quality(facts), *_alerts(facts)):
        console.print(line, highlight=False, soft_wrap=True)
    for finding in facts["findings"]:
        line = f"\n[red]{finding['kind']}[/red] {escape(finding['what'])}"
        console.print(line, highlight=False, soft_wrap=True)
        for command in finding["repeat"]:
            console.print(f"  repeat   {command}", highlight=False, markup=False)
        console.print(f"  runbook  {finding['runbook']}", highlight=False, soft_wrap=True)
    if not facts["findings"]:
        console.print("nothing is late, failed or stale now", highlight=False, soft_wrap=True)
    return int(bool(facts["findings"]))


def _now(settings: Settings) -> datetime:
    """Return the time; a simulated company that is not running stands where its data end."""
    if settings.sandbox == "embedded" and not settings.clock_url:
        return plan.landed_until(settings.lake, SOURCES.values()) or steps.now(settings)
    return steps.now(settings)


def _streams(facts: Facts) -> Table:
    table = Table(box=None, pad_edge=False)
    heads = (("stream", "left"), ("up to", "left"), ("h behind", "right"))
    for name, side in (*heads, ("files", "right"), ("last try (UTC)", "left"), ("held", "left")):
        table.add_column(name, justify=side, no_wrap=True)  # type: ignore[arg-type]
    for one in facts["streams"]:
        behind = "" if one["behind_hours"] is None else f"{one['behind_hours']:.0f}"
        tried = one["last_attempt_at"]
        held = {"waiting": one["waiting"], "refused": one["refused"]}
        held["rows"] = facts["quarantine"].get(one["stream"], 0)
        table.add_row(
            one["stream"],
            one["reaches"][:10] if one["reaches"] else "never",
            f"{behind}/{one['promised_hours']}" if behind else "",
            str(one["files"]),
            f"{tried[5:10]} {tried[11:16]} {one['last_outcome']}" if tried else "never",
            ", ".join(f"{count} {what}" for what, count in held.items() if count),
            style="red" if one["is_late"] else "",
        )
    return table


def _release(facts: Facts) -> Iterator[str]:
    release = facts["release"]
    if release is None:
        yield "no release yet; `cxw run` makes the first"
        return
    as_of = moment(datetime.fromisoformat(release["as_of"]))
    old, served = (age(timedelta(hours=release[f"{n}_hours"])) for n in ("age", "served"))
    yield f"release {release['id']}, as of {as_of}, {old} old, served for {served}"
    if release["lake_reaches"]:
        reach = moment(datetime.fromisoformat(release["lake_reaches"]))
        yield f"the lake reaches {reach}; to publish it: {' && '.join(BUILD_COMMANDS)}"


def _quality(facts: Facts) -> Iterator[str]:
    """Yield a line for each thing that lowers trust, the gravest first; a screen holds them."""
    count = Counter(one["grade"] for one in facts["grades"])
    if count:
        yield "trust    " + ", ".join(f"{count[grade]} {grade}" for grade in sorted(count))
    for one in [one for one in facts["grades"] if one["reasons"]][:SHOWN]:
        yield f"  {one['grade']}  {one['mart']}: {escape(one['reasons'].partition('; ')[0])}"
    failed = Counter(one["severity"] for one in facts["gates"])
    if failed:
        told = ", ".join(f"{failed[severity]} {severity}" for severity in sorted(failed))
        yield f"gates    in the last 24 h failed: {told}"
    for one in facts["gates"][:SHOWN]:
        yield f"  {one['severity']}  {one['suite']} {one['check']}: {escape(one['message'])}"
    if rows := sum(facts["quarantine"].values()):
        yield f"held     {rows:,} rows; see them: cxw quarantine list"


def _alerts(facts: Facts) -> Iterator[str]:
    if facts["alerts"]:
        yield f"alerts   {len(facts['alerts'])} open; see them: cxw alerts"
    for one in facts["alerts"][:SHOWN]:
        quiet = " (silenced)" if one["silenced"] else ""
        yield f"  {one['severity']}  {one['kind']}: {escape(one['what'][0])}{quiet}"
    for one in facts["silences"]:
        ended = "ended" if one["is_expired"] else "until"
        what = f"{one['dag_id']} {escape(one['match'])}"
        yield f"silence  {what}: {escape(one['reason'])}, {ended} {one['until']}"


def _show_stream(settings: Settings, console: Console, name: str) -> None:
    if (source := name.partition(".")[0]) in BROKEN:
        find_source(source)
    known = [f"{s.name}.{stream.name}" for s in SOURCES.values() for stream in s.streams]
    if name not in known:
        raise UnknownSource(
            f"stream {name!r}", "there is no such stream", f"choose one of {', '.join(known)}"
        )
    for attempt in history.attempts(settings, [name])[-SHOWN:]:
        error = f"  {attempt.error}: {attempt.message}" if attempt.error else ""
        console.print(
            f"{moment(attempt.started_at)}  {attempt.outcome}{error}", highlight=False, markup=False
        )
    folder = settings.lake / "refused" / Path(*name.split("."))
    for path in sorted(folder.glob("dt=*/*.parquet")):
        reasons = path.with_suffix(path.suffix + ".json")
        console.print(
            f"refused  {path.name}: see {reasons.name} beside it", highlight=False, soft_wrap=True
        )
