"""One alert for a failed run: its facts come from files, so the scheduler may be anything."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from extract import SOURCES
from extract.errors import CxwError
from extract.source import Window
from ops import history, publish
from ops.alerts import failures, silences
from ops.alerts.failures import Failure
from ops.alerts.filed import Filed, told_of
from ops.alerts.kinds import KINDS
from ops.alerts.lineage import Affected, affected_by
from ops.alerts.message import Alert, age, linked, moment
from ops.alerts.send import deliver
from ops.settings import Settings

log = logging.getLogger("cxw.alerts")
SEVERITIES = ("page", "ticket", "notice")
NO_MARTS = {
    "watch_warehouse",
    "review_identities",
    "review_quarantine",
}  # whose failure makes no mart older
BUILD_STEPS = {"build", "check marts", "publish"}
BUILD_COMMANDS = ("cxw build", "cxw check marts", "cxw publish")


def raise_alert(
    settings: Settings, *, dag_id: str, run_id: str, reason: str, now: datetime, late: bool = False
) -> Filed | None:
    """Send the one alert of a failed run; None when it was sent before.

    `late` says that the scheduler's own call for it did not come, or failed.
    """
    run = failures.run_name(dag_id, run_id)
    if told_of(settings.alerts_dir, run):
        return None
    failures.notice_dead(settings.alerts_dir, now, run)
    failures.bury(settings.alerts_dir, run)
    found = failures.of_run(settings.alerts_dir, run)
    alert = run_alert(settings, dag_id, run_id, reason, found, now)
    if late:
        word = "nobody was told of this run when it failed: the scheduler or its callback did not"
        alert = replace(alert, what=(*alert.what, word))
    return deliver(settings, alert, silences.load(), now)


def run_alert(
    settings: Settings,
    dag_id: str,
    run_id: str,
    reason: str,
    found: Sequence[Failure],
    now: datetime,
) -> Alert:
    """Put the alert together; the gravest kind among the failed steps names it."""
    kind = min(
        (failure.kind for failure in found),
        key=lambda slug: SEVERITIES.index(KINDS[slug].severity),
        default="task_failed",
    )
    streams = sorted({failure.subject for failure in found if failure.subject})
    affected = Affected()
    if dag_id not in NO_MARTS:
        affected = affected_streams(settings, streams or streams_of(dag_id))
    failed = [{"step": f.step, "subject": f.subject, "window": f.window, "at": f.at} for f in found]
    return Alert(
        id=failures.run_name(dag_id, run_id),
        kind=kind,
        dag_id=dag_id,
        run_id=run_id,
        at=now.isoformat(),
        what=tuple(_what(failure) for failure in found) or (_no_word(reason),),
        since=_since(settings, streams, now),
        stale_marts=affected.marts,
        readers=affected.readers,
        lineage_known=affected.known,
        served=served(settings, now),
        repeat=repeat_of(found) or (f"airflow dags trigger {dag_id}",),
        log=_log(dag_id, run_id),
        release=served_id(settings),
        subjects=tuple(dict.fromkeys(_subject(dag_id, one) for one in failed)) or (dag_id,),
        failed=tuple(failed) or ({"step": "", "subject": "", "window": "", "at": now.isoformat()},),
    )


def _subject(dag_id: str, failed: Mapping[str, str]) -> str:
    """Return what a failed step is about, in the words that the watch uses, too."""
    return failed["subject"] or ("release" if failed["step"] in BUILD_STEPS else dag_id)


def streams_of(dag_id: str) -> tuple[str, ...]:
    """Return the streams of a DAG that extracts; none for others."""
    source = SOURCES.get(dag_id.removeprefix("extract_"))
    return tuple(f"{source.name}.{stream.name}" for stream in source.streams) if source else ()


def _log(dag_id: str, run_id: str) -> str:
    page = linked("airflow", f"dags/{dag_id}/runs/{quote(run_id, safe='')}")
    if page.startswith("http"):
        return page
    return f"logs/airflow.log and Airflow's logs of {dag_id} {run_id}"


def affected_streams(settings: Settings, streams: Sequence[str]) -> Affected:
    """Return what depends on the streams; without a stream every mart does."""
    return affected_by(settings.dbt_target / "manifest.json", streams or None)


def served(settings: Settings, now: datetime) -> str:
    """Say which release BI reads and how old it is."""
    try:
        release = publish.current(settings.data_dir)
    except CxwError as error:
        return f"unknown: {error.seen}"
    if release is None:
        return "no release yet"
    return f"{release.id}, as of {moment(release.as_of)}, {age(now - release.as_of)} old"


def served_id(settings: Settings) -> str:
    """Return the name of the release that is shown, be it readable or not; empty before one is."""
    link = settings.data_dir / "marts" / "current"
    return link.readlink().name if link.is_symlink() else ""


def _since(settings: Settings, streams: Sequence[str], now: datetime) -> str:
    """Say since when; a record of attempts that cannot be read stops no alert."""
    try:
        return history.failing_since(settings, streams, now)
    except Exception as error:
        log.exception("the record of attempts cannot be read")
        return f"{moment(now)} (this run; before it unknown: {type(error).__name__})"


def repeat_of(found: Sequence[Failure]) -> tuple[str, ...]:
    """Return the commands that repeat the failed steps by hand; several streams become one."""
    streams: dict[tuple[str, str], list[str]] = {}
    other: list[str] = []
    for failure in found:
        if failure.subject:
            source, _, stream = failure.subject.partition(".")
            streams.setdefault((source, failure.window), []).append(stream)
        elif failure.step in BUILD_STEPS:
            other += BUILD_COMMANDS
        elif failure.step == "watch":
            other += ("cxw status",)
    for (source, name), names in streams.items():
        window = Window.from_name(name)
        what = f"{source} {names[0]}" if len(names) == 1 else source
        span = f"{what} --from {short(window.start)} --to {short(window.end)}"
        other += (f"cxw extract {span}", f"cxw check {span}")
    return tuple(dict.fromkeys(other))


def short(at: datetime) -> str:
    """Write a moment as the command line takes it, without a midnight."""
    return (
        f"{at:%Y-%m-%d}" if not (at.hour or at.minute or at.second) else f"{at:%Y-%m-%dT%H:%M:%SZ}"
    )


def _what(failure: Failure) -> str:
    subject = f"{failure.subject} {failure.window}".strip() or failure.step
    return f"{subject}: {failure.seen}; {failure.why}; {failure.next_step}"


def _no_word(reason: str) -> str:
    return (
        f"no step left a word ({reason or 'no reason given'}); its process was probably killed; "
        "nothing half written is visible, so repeat it"
    )
