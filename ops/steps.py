"""The steps of the pipeline, each one function: tasks and the command line call exactly these.

Every step may be repeated: it gives the same files, or says that there is nothing to do. Each ends
with one log line of counts; its `facts` feed the progress display.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from extract import find_source
from extract.errors import CxwError, ImpossibleWindow
from extract.source import Window
from ops.full_disk import told_when_full
from ops.seeds import holidays
from ops.settings import ConfigurationError, Settings, source_settings

if TYPE_CHECKING:
    from expectations.results import Verdict
    from extract.lake import Manifest
    from ops.build import BuildReport
    from ops.publish import Release

log = logging.getLogger("cxw.steps")
JUDGED = "judged.json"


class ClockLost(CxwError):
    """The clock that the settings name cannot be read."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the lake gate let pass of a window."""

    source: str
    stream: str
    window: str
    rows: int
    quarantined: int
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the facts that go with the asset."""
        return asdict(self)


def now(settings: Settings) -> datetime:
    """Return the time: the machine's, or that of the clock that the settings name."""
    if not settings.clock_url:
        return datetime.now(UTC)
    if not settings.clock_url.startswith(("http://", "https://")):
        raise ConfigurationError(
            f"CXW_CLOCK_URL={settings.clock_url}",
            "it is no http address",
            "take it out to use the machine's clock",
        )
    try:
        with urlopen(settings.clock_url, timeout=10) as answer:  # noqa: S310  (scheme checked above)
            return datetime.fromisoformat(json.load(answer)["now"]).astimezone(UTC)
    except OSError as error:
        raise ClockLost(
            f"the clock that CXW_CLOCK_URL names does not answer ({type(error).__name__})",
            "without the time of the simulated company no window can be judged",
            "run `cxw run` again, or take CXW_CLOCK_URL out to use the machine's clock",
        ) from None


def machine_time() -> datetime:
    """Return the machine's time, whatever clock the settings name."""
    return datetime.now(UTC)


def moment_of_failure(settings: Settings) -> datetime:
    """Return the time, and the machine's when the clock itself is what failed: an alert must go."""
    try:
        return now(settings)
    except CxwError:
        return machine_time()


def asked_window(
    since: str | None, until: str | None, start: datetime | None, end: datetime | None
) -> Window:
    """Return the window that somebody names, else the run's data interval."""
    if since and until:
        return Window(_moment(since), _moment(until))
    if since or until or start is None or end is None:
        raise ImpossibleWindow(
            f"from={since}, to={until}, interval {start} to {end}",
            "a window has a start and an end",
            "give both `from` and `to`, for example 2026-07-01 and 2026-07-02",
        )
    return Window(start, end)


def window_of(name: str) -> Window:
    """Read a window from the name that its file carries."""
    return Window.from_name(name)


def extract(
    settings: Settings,
    source: str,
    stream: str,
    window: Window,
    *,
    run_id: str,
    attempt: int = 1,
    accept_shrink: bool = False,
    share: float = 1.0,
    restated: bool = True,
) -> Manifest:
    """Pull one window of a stream into `landing/`; return its manifest.

    `share` is the part of the source's rate limit that this pull may use; without `restated` the
    days before the window are not read again with it.
    """
    from extract.pull import pull  # noqa: PLC0415  (httpx and pyarrow)

    known = find_source(source)
    declared = known.stream(stream)
    began = perf_counter()
    manifest = pull(
        known,
        declared if restated else replace(declared, restate_days=0),
        source_settings(settings, known),
        window,
        settings.lake,
        lambda: now(settings),
        run_id,
        attempt,
        accept_shrink=accept_shrink,
        share=share,
    )
    _say("extract", began, source=source, stream=stream, window=window.name, rows=manifest.rows)
    return manifest


def check_landed(
    settings: Settings, source: str, stream: str, window: Window, *, accept: Collection[str] = ()
) -> Checked:
    """Let the gate judge what a run of the window landed; what passes moves to `raw/`.

    Refused: `FileRefused`. `accept` names checks whose failure somebody looked at and takes on.
    """
    from expectations.gate import check_landed  # noqa: PLC0415  (duckdb, Great Expectations)

    find_source(source).stream(stream)
    began = perf_counter()
    results = settings.lake / "operations" / "check_results"
    verdict = check_landed(
        *(source, stream, window, settings.lake, now(settings), results, accept),
        holidays=holidays(settings),
    )
    warnings = (c.message for c in verdict.checks if not c.success and c.severity == "warn")
    checked = Checked(
        source, stream, window.name, verdict.rows, verdict.quarantined_rows, tuple(warnings)
    )
    _say("check", began, **checked.as_json())
    return checked


def build(settings: Settings, *, is_full_refresh: bool = False) -> BuildReport | None:
    """Build what is new, or all anew, into a private, sealed build; None when nothing is new."""
    from ops import build as building  # noqa: PLC0415  (duckdb, dbt)

    began = perf_counter()
    with told_when_full("build"):
        report = building.build(settings, now(settings), is_full_refresh=is_full_refresh)
    if report is None:
        _say("build", began, new_files=0)
    else:
        _say("build", began, **asdict(report))
    return report


def check_marts(settings: Settings, *, accept: Collection[str] = ()) -> Verdict:
    """Let the gate judge the sealed build against the last release.

    Refused: `MartsRefused`. `accept` names checks whose failure somebody looked at and takes on.
    """
    from expectations.gate import check_marts  # noqa: PLC0415  (Great Expectations)
    from ops import publish as publishing  # noqa: PLC0415

    began = perf_counter()
    results = settings.lake / "operations" / "check_results"
    private, facts = publishing.reopen_build(settings.data_dir)
    with private, told_when_full("check marts"):
        before = publishing.current(settings.data_dir)
        (private.path / JUDGED).unlink(missing_ok=True)  # only the last judgement counts
        verdict = check_marts(
            private.marts,
            before.marts if before else None,
            facts.as_of,
            results,
            now=now(settings),
            dbt_manifest=settings.dbt_target / "manifest.json",
            accept=accept,
        )
        (private.path / JUDGED).write_text(json.dumps(_fingerprint(private.marts)))
    _say("check marts", began, rows=verdict.rows, checks=len(verdict.checks))
    return verdict


def publish(settings: Settings, *, allow_older: bool = False) -> Release:
    """Make the sealed and judged build the current release; end erasures that waited for it."""
    from ops import publish as publishing  # noqa: PLC0415
    from ops.erasure.carry_out import finish  # noqa: PLC0415

    began = perf_counter()
    private, facts = publishing.reopen_build(settings.data_dir)
    with private, told_when_full("publish"):
        judged = private.path / JUDGED
        if not judged.exists() or json.loads(judged.read_text()) != _fingerprint(private.marts):
            raise publishing.NotPublishable(
                f"build {private.path.name} was not judged as it stands now",
                "BI is given nothing that the mart gate has not passed",
                "run `cxw check marts`, then `cxw publish`",
            )
        release = publishing.publish(
            private, facts, keep=settings.releases_kept, allow_older=allow_older
        )
    finish(settings, release, now(settings))
    _say("publish", began, release=release.id, rows=sum(release.manifest["rows"].values()))
    return release


def watch(settings: Settings) -> int:
    """Look for what is late, failed or stale now; tell each thing once; return how many."""
    from ops.alerts import watch as watching  # noqa: PLC0415

    began = perf_counter()
    found = watching.report(settings, now(settings), machine_time())
    _say("watch", began, findings=found)
    return found


def _fingerprint(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ImpossibleWindow(
            f"{text!r} in a window",
            "it is no moment in ISO form",
            "write 2026-07-01 or 2026-07-01T06:00:00Z (UTC)",
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _say(step: str, began: float, **facts: Any) -> None:
    seconds = round(perf_counter() - began, 3)
    line = " ".join(f"{name}={value}" for name, value in facts.items())
    log.info(
        "step=%s %s seconds=%s",
        step.replace(" ", "_"),
        line,
        seconds,
        extra={"facts": {"step": step, "seconds": seconds, **facts}},
    )
