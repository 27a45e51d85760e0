"""Carry out the erasures that were ordered, step by step; each step may be repeated after a kill.

First the lake (`erase_from_lake`, also at the head of every build), then a warehouse built anew
(`ops.erasure.memory`), then, when its release is in service, what older builds left behind.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from extract.erased import Guard, Order, alone, guard
from extract.lake import ZONES, sweep
from ops.erasure import orders, remains
from ops.erasure.lake_files import forget_reasons, is_key_of, place_of, rewrite
from ops.publish import Release
from ops.release_files import retire, switching
from ops.settings import Settings

log = logging.getLogger("cxw.erasure")
SIDES = ("left_record_key", "right_record_key")
EVERY = timedelta.min  # a draft of any age, also one that a clock ahead of ours began


def erase_from_lake(lake: Path, now: datetime) -> int:
    """Take everybody whose erasure is ordered out of the lake; return how many orders that were."""
    waiting = [made for made, said in orders.unfinished(lake) if said.lake_erased_at is None]
    if not waiting:
        return 0
    known = guard(lake)
    with alone(lake):
        for made in waiting:
            _rewrite_files(lake, made, known, now)
        for folder in (lake / zone for zone in ZONES):
            for stream in folder.glob("*/*/"):
                sweep(stream, now, older_than=EVERY)
        _forget_decisions(lake, known, now)
    for made in waiting:
        said = orders.mark(lake, made, now, lake_erased_at=now)
        log.info("erasure=%s step=lake files=%d", made.erasure_id, said.file_count)
    return len(waiting)


def finish(settings: Settings, release: Release | None, now: datetime) -> list[orders.Receipt]:
    """Remove what older builds left, when a release without the erased is in service."""
    lake = settings.lake
    late = set(orders.unread(lake, release.warehouse)) if release else set()
    waiting = [
        made
        for made, said in orders.unfinished(lake)
        if said.lake_erased_at is not None and made.erasure_id not in late
    ]
    if not waiting:
        return []
    if release:
        with switching(settings.data_dir):
            retire(settings.data_dir, keep=1)
    remains.purge(settings, release, guard(lake), now)
    done = {"finished_at": now, "release_id": release.id if release else None}
    return [orders.mark(lake, made, now, **done) for made in waiting]


def _rewrite_files(lake: Path, made: Order, known: Guard, now: datetime) -> None:
    """Rewrite the files of an order in whatever zone they lie now."""
    for zone in ZONES:
        for name in made.files:
            path = lake / zone / name
            if path.exists():
                rewrite(path, known, now)
                forget_reasons(path, known, now)


def _forget_decisions(lake: Path, known: Guard, now: datetime) -> None:
    """Remove decisions that were made on records of the erased."""
    for path in sorted((lake / "decisions" / "identity").glob("*.parquet")):
        [row] = pq.read_table(path).to_pylist()
        if any(known.cleaned(row[side]) != row[side] for side in SIDES):
            path.unlink()
        else:
            remains.clean_table(path, known, now)
    for path in sorted((lake / "decisions" / "quarantine").glob("*.parquet")):
        [row] = pq.read_table(path).to_pylist()
        name, stream = place_of(lake / "raw" / row["file_path"])
        if is_key_of(known, name, stream, row["row_key"].rpartition(":")[0]):
            path.unlink()
        else:
            remains.clean_table(path, known, now)
