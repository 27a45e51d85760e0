"""How it stands: streams, release, what is wrong now. Files answer; nothing is asked of sources."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from extract import SOURCES
from extract.errors import UnknownSource
from extract.source import Stream
from ops import history, plan, publish, steps
from ops.alerts import silences
from ops.alerts.kinds import KINDS
from ops.alerts.message import age, moment
from ops.alerts.watch import findings
from ops.settings import Settings

SHOWN = 10


def show(settings: Settings, console: Console, only: str | None = None) -> int:
    """Print how it stands; return 1 when something is wrong now."""
    now = _now(settings)
    if only:
        _show_stream(settings, console, only)
        return 0
    console.print(_streams(settings))
    release = publish.current(settings.data_dir)
    if release is None:
        console.print("no release yet; `cxw run` makes the first", highlight=False)
    else:
        old = age(now - release.as_of)
        console.print(
            f"release {release.id}, as of {moment(release.as_of)}, {old} old", highlight=False
        )
    wrong = findings(settings, now, silences.load())
    for finding in wrong:
        console.print(f"\n[red]{finding.kind}[/red] {finding.what}", highlight=False)
        for command in finding.repeat:
            console.print(f"  repeat   {command}", highlight=False, markup=False)
        console.print(f"  runbook  {KINDS[finding.kind].runbook}", highlight=False)
    if not wrong:
        console.print("nothing is late, failed or stale now", highlight=False)
    return int(bool(wrong))


def _now(settings: Settings) -> datetime:
    """Return the time; a simulated company that is not running stands where its data end."""
    if settings.sandbox == "embedded" and not settings.clock_url:
        return plan.landed_until(settings.lake, SOURCES.values()) or steps.now(settings)
    return steps.now(settings)


def _streams(settings: Settings) -> Table:
    table = Table(box=None)
    heads = (("stream", "left"), ("in the lake up to", "left"), ("files", "right"))
    for name, side in (
        *heads,
        ("waiting", "right"),
        ("refused", "right"),
        ("last attempt", "left"),
    ):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for source in SOURCES.values():
        for stream in source.streams:
            table.add_row(*_row(settings, source.name, stream))
    return table


def _row(settings: Settings, source: str, stream: Stream) -> tuple[str, ...]:
    windows = plan.covered_windows(settings.lake, source, stream.name)
    last = history.last_attempt(settings, f"{source}.{stream.name}")
    return (
        f"{source}.{stream.name}",
        moment(max(window.end for window in windows)) if windows else "nothing yet",
        str(len(windows)),
        _count(settings.lake / "landing" / source / stream.name),
        _count(settings.lake / "refused" / source / stream.name),
        f"{last.outcome} {moment(last.started_at)}" if last else "never",
    )


def _count(folder: Path) -> str:
    number = len(list(folder.glob("dt=*/*.parquet")))
    return str(number) if number else ""


def _show_stream(settings: Settings, console: Console, name: str) -> None:
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
        console.print(f"refused  {path.name}: see {reasons.name} beside it", highlight=False)
