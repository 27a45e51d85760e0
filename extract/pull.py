"""Pull one window of one stream: ask the source, land what it says, write down how it went."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from extract import find_source
from extract.access import Access, Traffic
from extract.earlier import accepted_manifests, landed_keys, reads_of_run
from extract.enabled import unless_lost
from extract.erased import at_work, guard, without_erased
from extract.errors import BeyondHorizon, CxwError, Defer, ImpossibleWindow, SnapshotPast
from extract.http import Client, Patience
from extract.lake import Manifest, land, sweep
from extract.outcomes import Attempt, attempt_id, record
from extract.source import Asker, Batch, Kind, Reader, Settings, Source, Stream, Window

log = logging.getLogger("cxw.extract")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the client waits; a test hands in a clock of its own."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class _Job:
    source: Source
    stream: Stream
    settings: Settings
    window: Window
    lake: Path
    now: Callable[[], datetime]
    traffic: Traffic
    share: float

    def access(self) -> Access:
        """Return how the source wants to be asked, at our share of its pace."""
        whole = self.source.access(self.settings)
        if not whole.pace.requests:
            return whole
        requests = max(1, int(whole.pace.requests * self.share))
        return replace(whole, pace=replace(whole.pace, requests=requests))


def pull(
    source: Source | str,
    stream: Stream | str,
    settings: Settings,
    window: Window,
    lake: Path,
    now: Callable[[], datetime],
    run_id: str,
    attempt: int = 1,
    *,
    accept_shrink: bool = False,
    share: float = 1.0,
    waiting: Waiting | None = None,
) -> Manifest:
    """Land a window and return what came of it; errors are written down and raised again.

    A second run of the same window gives the same table. Of a stream that is restated, the manifest
    sums up the files of all days read. `share` is the part of the source's pace that may be used.
    """
    source = find_source(source) if isinstance(source, str) else source
    stream = source.stream(stream) if isinstance(stream, str) else stream
    job = _Job(source, stream, settings, window, lake, now, Traffic(), share)
    started_at, began = now(), time.perf_counter()
    tried = Attempt(
        attempt_id=attempt_id(source.name, stream.name, window.name, started_at),
        source_slug=source.name,
        stream_name=stream.name,
        kind_type=str(stream.kind),
        window_start=window.start,
        window_end=window.end,
        run_id=run_id,
        attempt=attempt,
        outcome_type="failed",
        started_at=started_at,
        finished_at=started_at,
        duration_seconds=0.0,
    )
    try:
        manifest = _read_and_land(job, started_at, run_id, attempt, accept_shrink, waiting)
    except BaseException as error:
        _write_down(job, replace(tried, **_of_error(error)), began)
        raise
    _write_down(job, replace(tried, **_of_manifest(manifest)), began)
    return manifest


def check_window(place: str, stream: Stream, window: Window, now: datetime) -> None:
    """Refuse a window that cannot be read now, put off one that is too fresh."""
    if stream.kind is Kind.SNAPSHOT:
        if now >= window.end + stream.tolerance:
            raise SnapshotPast(
                f"{place} {window.name} is a snapshot and it is {now:%Y-%m-%d %H:%M} UTC",
                "the source shows only what is true now, and that interval has passed",
                "leave the gap; the next run fills its own interval",
            )
        if now < window.start:
            raise _in_the_future(place, window, now)
        return
    if now < window.end:
        raise _in_the_future(place, window, now)
    if now < window.end + stream.settle:
        seconds = (window.end + stream.settle - now).total_seconds()
        raise Defer(
            seconds,
            f"{place} {window.name} ended {(now - window.end).total_seconds():.0f} s ago",
            "the source still hides its latest records",
        )
    if stream.horizon and stream.reach(window).start < now - stream.horizon:
        oldest = now - stream.horizon
        raise BeyondHorizon(
            f"{place} {window.name} begins before {oldest:%Y-%m-%d %H:%M} UTC",
            f"the source holds {stream.horizon.days} days, so the file would miss records in "
            "silence",
            "ask for a later start; what lies before is lost at this source",
        )


def _in_the_future(place: str, window: Window, now: datetime) -> ImpossibleWindow:
    return ImpossibleWindow(
        f"{place} {window.name} at {now:%Y-%m-%d %H:%M} UTC",
        "the window is not over, so its file would lack what is still to come",
        "ask for a window that ends in the past",
    )


def _read_and_land(
    job: _Job,
    started_at: datetime,
    run_id: str,
    attempt: int,
    accept_shrink: bool,
    waiting: Waiting | None,
) -> Manifest:
    stream, source, wait = job.stream, job.source.name, waiting or Waiting()
    check_window(f"{source}.{stream.name}", stream, job.window, started_at)
    job.lake.mkdir(parents=True, exist_ok=True)
    sweep(job.lake / "landing" / source / stream.name, started_at)
    job.traffic.reads_before = reads_of_run(job.lake, source, run_id, started_at)
    with (
        at_work(job.lake),
        Client(
            job.access(),
            now=job.now,
            sleep=wait.sleep,
            monotonic=wait.monotonic,
            patience=wait.patience,
            traffic=job.traffic,
            spool=job.lake,
        ) as client,
    ):
        manifests = [
            land(
                job.lake,
                source,
                stream,
                part,
                _batches(job, client, stream.reach(part), accept_shrink),
                now=started_at,
                run_id=run_id,
                attempt=attempt,
                traffic=job.traffic,
                accept_shrink=accept_shrink,
            )
            for part in stream.file_windows(job.window)
        ]
    return _sum(manifests, job.window)


def _batches(job: _Job, client: Client, window: Window, accept_shrink: bool) -> Iterator[Batch]:
    """Read a window; a stream that asks about keys is given those that the lake holds."""
    stream, source = job.stream, job.source.name
    name = f"{source}.{stream.name}"
    if stream.asks_for:
        keys = landed_keys(job.lake, source, stream.asks_for)
        batches = cast("Asker", stream.read)(client, job.settings, window, keys)
    else:
        batches = cast("Reader", stream.read)(client, job.settings, window)
    batches = without_erased(batches, guard(job.lake), name, stream)
    if accept_shrink:
        return batches
    earlier = accepted_manifests(job.lake, source, stream.name)
    return unless_lost(batches, name, earlier)


def _sum(manifests: Sequence[Manifest], window: Window) -> Manifest:
    """Return the only manifest, or the sums of several."""
    if len(manifests) == 1:
        return manifests[0]
    counted = ("rows", "new", "kept", "duplicates", "outside_window", "invalid_rows")
    cost = ("requests", "retries", "bytes")
    sums = {name: sum(getattr(one, name) for one in manifests) for name in counted + cost}
    notes = (f"{one.window.start:%Y-%m-%d}: {one.note}" for one in manifests if one.note)
    return msgspec.structs.replace(
        manifests[-1], window_name=window.name, note="; ".join(notes), **sums
    )


def _of_manifest(manifest: Manifest) -> dict[str, Any]:
    return {
        "outcome_type": "success",
        "rows": manifest.rows,
        "new_rows": manifest.new,
        "duplicates": manifest.duplicates,
        "outside_window": manifest.outside_window,
        "invalid_rows": manifest.invalid_rows,
        "note": manifest.note,
    }


def _of_error(error: BaseException) -> dict[str, Any]:
    """Describe an error; of one that is not ours only kind and place, since its text may tell."""
    kind = type(error).__name__
    if not isinstance(error, CxwError):
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
        return {"error_type": kind, "message": f"{kind} at {place}"}
    return {
        "outcome_type": error.outcome,
        "error_type": kind,
        "message": str(error),
        "http_status": error.http_status,
        "defer_seconds": error.seconds if isinstance(error, Defer) else None,
    }


def _write_down(job: _Job, tried: Attempt, began: float) -> None:
    """Record and log the outcome; a lake that cannot be written to hides no other error."""
    done = replace(
        tried,
        http_status=tried.http_status or job.traffic.last_status,
        requests=job.traffic.requests,
        retries=job.traffic.retries,
        bytes=job.traffic.bytes,
        reads=job.traffic.reads,
        finished_at=job.now(),
        duration_seconds=round(time.perf_counter() - began, 3),
    )
    log.info(
        "pull source=%s stream=%s window=%s outcome=%s error=%s rows=%d duplicates=%d "
        "outside=%d invalid=%d requests=%d retries=%d bytes=%d seconds=%.3f",
        done.source_slug,
        done.stream_name,
        job.window.name,
        done.outcome_type,
        done.error_type,
        done.rows,
        done.duplicates,
        done.outside_window,
        done.invalid_rows,
        done.requests,
        done.retries,
        done.bytes,
        done.duration_seconds,
    )
    try:
        record(job.lake, done)
    except (CxwError, OSError) as error:
        if done.outcome_type == "success":
            raise
        log.warning("outcome not recorded error=%s", type(error).__name__)
