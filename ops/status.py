"""How it stands: streams, release, what is wrong now. Files answer; nothing is asked of sources."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from extract import BROKEN, SOURCES, find_source
from extract.errors import UnknownSource
from extract.source import Stream
from ops import history, plan, publish, steps
from ops.alerts import silences
from ops.alerts.kinds import KINDS
from ops.alerts.message import age, moment
from ops.alerts.on_failure import BUILD_COMMANDS
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
        console.print("no release yet; `cxw run` makes the first", highlight=False, soft_wrap=True)
    else:
        old = age(now - release.as_of)
        console.print(
            f"release {release.id}, as of {moment(release.as_of)}, {old} old",
            highlight=False,
            soft_wrap=True,
        )
        reach = plan.landed_until(settings.lake, SOURCES.values())
        if reach and reach > release.as_of:
            console.print(
                f"the lake reaches {moment(reach)}; to publish it: {' && '.join(BUILD_COMMANDS)}",
                highlight=False,
                soft_wrap=True,
            )
    wrong = findings(settings, now, silences.load())
    for finding in wrong:
        console.print(
            f"\n[red]{finding.kind}[/red] {escape(finding.what)}", highlight=False, soft_wrap=True
        )
        for command in finding.repeat:
            console.print(f"  repeat   {command}", highlight=False, markup=False)
        console.print(f"  runbook  {KINDS[finding.kind].runbook}", highlight=False, soft_wrap=True)
    if not wrong:
        console.print("nothing is late, failed or stale now", highlight=False, soft_wrap=True)
    return int(bool(wrong))


def _now(settings: Settings) -> datetime:
    """Return the time; a simulated company that is not running stands where its data end."""
    if settings.sandbox == "embedded" and not settings.clock_url:
        return plan.landed_until(settings.lake, SOURCES.values()) or steps.now(settings)
    return steps.now(settings)


def _streams(settings: Settings) -> Table:
    table = Table(box=None, pad_edge=False)
    heads = (("stream", "left"), ("up to", "left"), ("files", "right"), ("last try (UTC)", "left"))
    for name, side in (*heads, ("held", "left")):
        table.add_column(name, justify=side, no_wrap=True)  # type: ignore[arg-type]
    last = history.last_attempts(settings)
    for source in SOURCES.values():
        for stream in source.streams:
            name = f"{source.name}.{stream.name}"
            table.add_row(*_row(settings, source.name, stream, last.get(name)))
    return table


def _row(
    settings: Settings, source: str, stream: Stream, last: history.Attempt | None
) -> tuple[str, ...]:
    windows = plan.covered_windows(settings.lake, source, stream.name)
    reach = max((window.end for window in windows), default=None)
    return (
        f"{source}.{stream.name}",
        f"{reach:%Y-%m-%d}" if reach else "never",
        str(len(windows)),
        f"{last.started_at:%m-%d %H:%M} {last.outcome}" if last else "never",
        ", ".join(
            f"{count} {what}"
            for zone, what in (("landing", "waiting"), ("refused", "refused"))
            if (count := _count(settings.lake / zone / source / stream.name))
        ),
    )


def _count(folder: Path) -> int:
    return len(list(folder.glob("dt=*/*.parquet")))


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
