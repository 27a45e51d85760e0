"""Say what is wrong now, not only what failed in the night: late, waiting, stale, expired.

Bounded retries make a failure silent after its alert. This second look compares files with the
timetable, raises one alert for each thing that nobody was told of, closes what is over, and lists
once a day what is still open.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from extract import BROKEN, NAMES, SOURCES
from extract.errors import CxwError
from extract.source import DAY, Kind, Stream, Window
from ops import history, plan, publish
from ops.alerts import (
    airflow_seen,
    failures,
    inventory,
    machine_seen,
    recovery,
    silences,
    tiers,
    warned,
)
from ops.alerts.filed import told_of
from ops.alerts.finding import Finding
from ops.alerts.kinds import KINDS, kind_of
from ops.alerts.lineage import Affected
from ops.alerts.message import Alert, age, moment
from ops.alerts.on_failure import (
    BUILD_COMMANDS,
    affected_streams,
    raise_alert,
    served,
    short,
)
from ops.alerts.send import deliver, resend
from ops.settings import Settings, configured_sources

GRACE = timedelta(hours=3)  # from the end of a day to its rows in a release
DAG_ID = "watch_warehouse"
log = logging.getLogger("cxw.alerts")


def report(settings: Settings, now: datetime, machine: datetime | None = None) -> int:
    """Tell what is newly wrong, what is over, and once a day what is still open; return how many.

    Whoever calls it, and however many at a time: each thing is told once while it lasts. `machine`
    is the machine's time where `now` is that of a simulated company.
    """
    known = silences.load()
    resend(settings, known, now)
    for run in _untold(settings, now):
        dag_id, _, run_id = run.partition("__")
        raise_alert(settings, dag_id=dag_id, run_id=run_id, reason="", now=now, late=True)
    found = findings(settings, now, known, machine)
    recovery.close_what_is_over(settings, {one for f in found for one in f.subjects}, now)
    for finding in found:
        deliver(settings, _alert(settings, finding, now), known, now)
    inventory.tell(settings, known, now)
    recovery.forget(settings, now)
    return len(found)


def findings(
    settings: Settings,
    now: datetime,
    known: tuple[silences.Silence, ...] = (),
    machine: datetime | None = None,
) -> list[Finding]:
    """Return what is wrong now: from files, and from Airflow where the settings say where it is."""
    limits = tiers.usable().watch
    looks: dict[str, Callable[[], Iterable[Finding]]] = {
        "broken": lambda: _broken(settings),
        "waiting": lambda: _waiting(settings, now),  # before late: it says more of the same
        "late": lambda: _late(settings, now),
        "quarantined": lambda: _quarantined(settings, now),
        "warned": lambda: warned.findings(settings, now),
        "stale": lambda: _stale(settings, now),
        "expired": lambda: _expired(known, now),
        "airflow": lambda: airflow_seen.findings(settings, machine or now, limits),
        "disk": lambda: machine_seen.disk(settings, limits),
        "channels": lambda: machine_seen.channels(settings, now),
        "watch": lambda: machine_seen.watch(settings, machine or now, limits),
        "backup": lambda: machine_seen.backup(settings, now, limits),
    }
    return [finding for name, look in looks.items() for finding in _looked(name, look)]


def _looked(name: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Return what one look finds; a look that fails is a finding, and hides no other."""
    try:
        return list(look())
    except Exception as error:
        log.exception("the look at %s failed", name)
        why = str(error) if isinstance(error, CxwError) else f"{type(error).__name__}, see its log"
        what = f"the watch cannot look at what is {name}: {why}"
        return [Finding(kind_of(error).slug, f"watch-{name}", what, None, (), ("cxw status",))]


def _untold(settings: Settings, now: datetime) -> list[str]:
    """Return the runs that failed, or lost a process, and that nobody was told of in time."""
    limits = tiers.usable().watch
    patience = {
        name: timedelta(minutes=limits.get(f"{name}_minutes", 0.0))
        for name in ("killed", "callback")
    }
    dead = failures.notice_dead(settings.alerts_dir, now)
    failed = failures.runs(settings.alerts_dir)
    late = {run for run, since in dead.items() if now - since >= patience["killed"]}
    late |= {run for run, since in failed.items() if now - since >= patience["callback"]}
    return sorted(run for run in late if not told_of(settings.alerts_dir, run))


def _broken(settings: Settings) -> Iterator[Finding]:
    """Find sources that cannot be read at all, whether or not a day of theirs is due."""
    for name, error in BROKEN.items():
        streams = sorted(path.name for path in (settings.lake / "raw" / name).glob("*"))
        yield Finding(
            kind_of(error).slug,
            f"{name}-broken",
            f"{name} is not read: {error}",
            None,
            tuple(f"{name}.{stream}" for stream in streams),
            (f"cxw gaps {name}",),
        )


def _late(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Streams that ran before and lack a full day after the grace: the last, or one before it.

    A source whose settings were taken away is retired: its silence is no fault.
    """
    due = Window.of_day(now - GRACE).start
    last = history.last_attempts(settings)
    read = configured_sources(settings, NAMES) or NAMES
    for source in (SOURCES[name] for name in read if name in SOURCES):
        for stream in source.streams:
            windows = plan.covered_windows(settings.lake, source.name, stream.name)
            if not windows:
                continue
            reach = max(window.end for window in windows)
            if reach < due:
                yield _late_stream(source.name, stream, last, reach, due, now)
            yield from _gap(settings, source.name, stream, windows, now)


def _gap(
    settings: Settings, source: str, stream: Stream, windows: Sequence[Window], now: datetime
) -> Iterator[Finding]:
    """Find a day that later ones passed by; what the source has forgotten is not asked for."""
    first, reach = windows[0].start, max(window.end for window in windows)
    if stream.horizon:
        first = max(first, Window.of_day(now - stream.horizon).end)
    if stream.kind is Kind.SNAPSHOT or first >= reach:
        return
    start = plan.gap_start(settings.lake, source, stream, first, reach)
    if start is None:
        return
    end = min(window.start for window in windows if window.start > start)
    name, ask = f"{source}.{stream.name}", f"--from {short(start)} --to {short(end)}"
    yield Finding(
        "run_missing",
        f"{name}-gap",
        f"{name} has no file from {moment(start)} to {moment(end)}, although later ones came",
        start,
        (name,),
        tuple(f"cxw {verb} {source} {stream.name} {ask}" for verb in ("extract", "check")),
    )


def _late_stream(
    source: str,
    stream: Stream,
    attempts: Mapping[str, history.Attempt],
    reach: datetime,
    due: datetime,
    now: datetime,
) -> Finding:
    name = f"{source}.{stream.name}"
    last = attempts.get(name)
    tried = last is not None and last.window_end > reach
    kind = "run_missing"
    if tried and last is not None:
        kind = {"deferred": "source_deferred_too_long"}.get(last.outcome, "source_unavailable")
        if last.outcome == "refused":
            kind = "extract_refused"
        if last.outcome == "success":
            kind = "file_refused"  # it was read, and the gate did not let it in
    start = due - DAY if stream.kind is Kind.SNAPSHOT else reach
    ask = f"{source} {stream.name} --from {short(start)} --to {short(due)}"
    said = f"last attempt {last.outcome}" if tried and last is not None else "no attempt since"
    what = f"{name} reaches {moment(reach)}, {age(now - reach)} ago; {moment(due)} was due; {said}"
    return Finding(kind, name, what, reach, (name,), (f"cxw extract {ask}", f"cxw check {ask}"))


def _waiting(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Files that were landed and never judged: the check was killed, or nobody called it."""
    for path in sorted((settings.lake / "landing").glob("*/*/dt=*/*.parquet")):
        window = Window.from_name(path.stem)
        if now - window.end > GRACE:
            stream, source = path.parent.parent.name, path.parent.parent.parent.name
            ask = f"{source} {stream} --from {short(window.start)} --to {short(window.end)}"
            yield Finding(
                "run_missing",
                f"{source}.{stream}-waiting",
                f"{source}.{stream} {window.name} was landed and never judged",
                window.end,
                (f"{source}.{stream}",),
                (f"cxw check {ask}",),
            )


def _quarantined(settings: Settings, now: datetime) -> Iterator[Finding]:
    for name, rows, reason in history.quarantined(settings, now - DAY, now):
        yield Finding(
            "rows_quarantined",
            f"{name}-rows",
            f"{name}: {rows:,} rows were put aside in the last 24 h; {reason}",
            now - DAY,
            (name,),
            (f"cxw status {name}",),
            (f"{name}-rows",),
        )


def _stale(settings: Settings, now: datetime) -> Iterator[Finding]:
    release = publish.current(settings.data_dir)
    reach = plan.landed_until(settings.lake, SOURCES.values())
    if reach is None:
        return
    as_of = release.as_of if release else None
    due = Window.of_day(now - GRACE).start
    if as_of is None or as_of < due:
        waits = f"; {age(reach - as_of)} of accepted data wait" if as_of and reach > as_of else ""
        held = f"the release is as of {moment(as_of)}" if as_of else "there is no release yet"
        what = f"{held}; {moment(due)} was due{waits}"
        yield Finding("marts_stale", "release", what, as_of, (), BUILD_COMMANDS)


def _expired(known: tuple[silences.Silence, ...], now: datetime) -> Iterator[Finding]:
    for silence in known:
        if silence.expired(now):
            yield Finding(
                "silence_expired",
                f"silence-{silence.dag_id}-{silence.match}",
                f"the silence of {silence.dag_id} ({silence.reason}, {silence.link}) ended on "
                f"{silence.until}; it no longer holds",
                None,
                (),
                ("edit ops/alerts/silences.toml",),
            )


def _alert(settings: Settings, finding: Finding, now: datetime) -> Alert:
    makes_stale = KINDS[finding.kind].severity != "notice" and finding.makes_stale
    affected = affected_streams(settings, finding.streams) if makes_stale else Affected()
    return Alert(
        id=f"{DAG_ID}__{finding.kind}__{finding.subject}__{now:%Y%m%dT%H%MZ}",
        kind=finding.kind,
        dag_id=DAG_ID,
        run_id="",
        at=now.isoformat(),
        what=(finding.what,),
        since=moment(finding.since) if finding.since else moment(now),
        stale_marts=affected.marts,
        readers=affected.readers,
        lineage_known=affected.known,
        served=served(settings, now),
        repeat=finding.repeat,
        log="cxw status",
        subjects=finding.subjects,
    )
