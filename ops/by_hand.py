"""Steps called by a person: several streams at once, every waiting file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from extract import BROKEN, NAMES, SOURCES, find_source
from extract.errors import CredentialsRefused, CxwError, ImpossibleWindow
from extract.source import Kind, Stream, Window
from ops import plan, steps
from ops.alerts.watch import GRACE
from ops.catalog import stream_names
from ops.settings import ConfigurationError, Settings, configured_sources
from ops.world import world_of


def extract(
    settings: Settings,
    source: str,
    stream: str | None,
    since: str | None,
    until: str | None,
    *,
    accept_shrink: bool = False,
) -> Iterator[str]:
    """Pull a window of one stream or of all streams of a source; yield a line for each.

    One stream that fails stops no other; the first failure is raised at the end.
    """
    window = steps.asked_window(since, until, None, None)
    names = _streams(source, stream)
    run_id = f"by-hand-{uuid4().hex[:12]}"
    failures: list[CxwError] = []
    with _sources(settings, window) as reachable:
        for name in names:
            try:
                manifest = steps.extract(
                    reachable, source, name, window, run_id=run_id, accept_shrink=accept_shrink
                )
            except CxwError as error:
                if len(names) == 1 or isinstance(error, CredentialsRefused | ConfigurationError):
                    raise
                yield f"{source}.{name} {window.name}: {error.outcome}: {error.seen}"
                if error.outcome != "skipped":
                    failures.append(error)
            else:
                yield f"{source}.{name} {window.name}: {manifest.rows:,} rows in landing"
    if failures:
        raise failures[0]


def backfill(
    settings: Settings,
    source: str,
    stream: str | None,
    since: str | None,
    until: str | None,
    *,
    again: bool,
    share: float,
) -> Iterator[str]:
    """Read a source's past day by day; yield a line for each day of a stream."""
    from ops import backfill as past  # noqa: PLC0415

    asked = steps.asked_window(since, until, None, None)
    known = find_source(source)
    streams = tuple(known.stream(name) for name in _streams(source, stream))
    yield from past.skipped(known, streams)
    todo = past.tasks(settings.lake, known, streams, asked, steps.now(settings), again=again)
    if not todo:
        yield f"{source}: every day of {asked.name} is in the lake; --again reads them once more"
        return
    with _sources(settings, asked) as reachable:
        yield from past.run(reachable, known, todo, f"backfill-{uuid4().hex[:12]}", share=share)


def gaps(settings: Settings, source: str | None) -> Iterator[str]:
    """Yield a line for each interval that the lake lacks, with the command that closes it.

    A source in use is owed every day from its first one on, for each of its streams; a file that is
    empty because the source had nothing yet is a gap, too. What the source shows only once
    (snapshots) and what it has forgotten cannot be closed.
    """
    now = steps.now(settings)
    until = Window.of_day(now - GRACE).start
    if settings.sandbox == "embedded" and not settings.clock_url:
        until = plan.landed_until(settings.lake, SOURCES.values()) or until
    if not source:
        yield from (f"{name} is not read: {error}" for name, error in BROKEN.items())
    for known in (find_source(source),) if source else SOURCES.values():
        covered = [
            window
            for stream in known.streams
            for window in plan.covered_windows(settings.lake, known.name, stream.name)
        ]
        first = min((window.start for window in covered), default=until)
        for stream in known.streams if first < until else ():
            if stream.kind is Kind.SNAPSHOT:
                continue
            owed = Window(first, until)
            lacking = plan.gaps(settings.lake, known.name, stream.name, owed)
            for gap in [*lacking, *plan.still_empty(settings.lake, known.name, stream, now)]:
                yield _gap(known.name, stream, gap, now)


def _gap(source: str, stream: Stream, gap: Window, now: datetime) -> str:
    ask = f"--from {gap.start:%Y-%m-%dT%H:%M:%SZ} --to {gap.end:%Y-%m-%dT%H:%M:%SZ}"
    lost = stream.horizon and gap.end <= now - stream.horizon
    how = "lost, the source forgot it" if lost else f"cxw backfill {source} {stream.name} {ask}"
    return f"{source}.{stream.name} {gap.name}: {how}"


def check(
    settings: Settings,
    source: str | None,
    stream: str | None,
    since: str | None,
    until: str | None,
    accept: Collection[str],
) -> Iterator[str]:
    """Judge the marts, a window, or every file that waits; one refusal stops no other file."""
    if source == "marts":
        verdict = steps.check_marts(settings, accept=accept)
        yield f"marts: {verdict.outcome}, {len(verdict.checks)} checks; next: cxw publish"
        return
    refusals: list[CxwError] = []
    todo = list(_to_judge(settings, source, stream, since, until))
    if not todo:
        yield "no file waits in landing"
    for name, part, window in todo:
        try:
            said = steps.check_landed(settings, name, part, window, accept=accept)
        except CxwError as error:
            refusals.append(error)
            yield f"{name}.{part} {window.name}: refused"
        else:
            aside = f", {said.quarantined:,} put aside" if said.quarantined else ""
            yield f"{name}.{part} {window.name}: {said.rows:,} rows{aside}"
    if refusals:
        raise refusals[0]


def _streams(source: str, stream: str | None) -> tuple[str, ...]:
    return (find_source(source).stream(stream).name,) if stream else stream_names(source)


def _to_judge(
    settings: Settings, source: str | None, stream: str | None, since: str | None, until: str | None
) -> Iterator[tuple[str, str, Window]]:
    if source and (since or until):
        window = steps.asked_window(since, until, None, None)
        yield from ((source, name, window) for name in _streams(source, stream))
        return
    if since or until:
        raise ImpossibleWindow(
            "a window without a source",
            "windows belong to a source",
            "name it: cxw check zendesk --from … --to …",
        )
    if source:
        _streams(source, stream)
    pattern = f"{source or '*'}/{stream or '*'}/dt=*/*.parquet"
    for path in sorted((settings.lake / "landing").glob(pattern)):
        folder = path.parent.parent
        yield folder.parent.name, folder.name, Window.from_name(path.stem)


@contextmanager
def _sources(settings: Settings, window: Window) -> Iterator[Settings]:
    """Yield settings whose sources can be reached: the simulated company is started for them."""
    from ops import children  # noqa: PLC0415  (only who extracts)

    configured = configured_sources(settings, NAMES)
    if settings.sandbox != "embedded" or configured:
        yield settings
        return
    log_file = settings.data_dir / "logs" / "sandbox.log"
    world = world_of(settings.data_dir)
    clock, drop = window.end + children.AFTER_END, settings.data_dir / "drop"
    with children.sandbox(world, clock, log_file, drop) as base:
        yield children.sandboxed(settings, base)
