"""How it stands, as plain data: what `cxw status` shows and `cxw status --json` prints.

Files answer; nothing is asked of sources.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb

from expectations import quarantine
from extract import SOURCES
from extract.source import DAY
from ops import history, plan, publish, seeds
from ops.alerts import filed, silences
from ops.alerts.kinds import KINDS
from ops.alerts.watch import findings
from ops.settings import Settings

Facts = dict[str, Any]
HOUR = timedelta(hours=1)
GRADES = """
select mart_name, trust_grade, reason_text from marts.agg_mart_trust
order by trust_grade desc, mart_name
"""


def gather(settings: Settings, now: datetime) -> Facts:
    """Return everything that the one screen shows."""
    known = silences.load()
    return {
        "now": now.isoformat(),
        "release": _release(settings, now),
        "streams": list(_streams(settings, now)),
        "gates": [
            {"suite": suite, "check": check, "severity": severity, "message": message}
            for suite, check, severity, message in history.failed_checks(settings, now - DAY)
        ],
        "quarantine": dict(Counter(row.stream for row in quarantine.held(settings.lake))),
        "grades": _grades(settings),
        "alerts": [
            {name: one.get(name) for name in ("id", "kind", "severity", "at", "what", "silenced")}
            for one in filed.open_ones(settings.alerts_dir)
        ],
        "silences": [
            {
                "dag_id": one.dag_id,
                "match": one.match,
                "reason": one.reason,
                "link": one.link,
                "until": one.until.isoformat(),
                "is_expired": one.expired(now),
            }
            for one in known
        ],
        "findings": [
            {
                "kind": one.kind,
                "what": one.what,
                "repeat": list(one.repeat),
                "runbook": KINDS[one.kind].runbook,
            }
            for one in findings(settings, now, known)
        ],
    }


def _release(settings: Settings, now: datetime) -> Facts | None:
    release = publish.current(settings.data_dir)
    if release is None:
        return None
    reach = plan.landed_until(settings.lake, SOURCES.values())
    return {
        "id": release.id,
        "as_of": release.as_of.isoformat(),
        "age_hours": _hours(now - release.as_of),
        "served_hours": max(0.0, _hours(now - release.shown_at)),
        "lake_reaches": reach.isoformat() if reach and reach > release.as_of else None,
    }


def _streams(settings: Settings, now: datetime) -> Iterator[Facts]:
    last = history.last_attempts(settings)
    promised = seeds.promised_hours(settings)
    for source in SOURCES.values():
        for stream in source.streams:
            name = f"{source.name}.{stream.name}"
            windows = plan.covered_windows(settings.lake, source.name, stream.name)
            reach = max((window.end for window in windows), default=None)
            tried = last.get(name)
            behind = _hours(now - reach) if reach else None
            yield {
                "stream": name,
                "reaches": reach.isoformat() if reach else None,
                "behind_hours": behind,
                "promised_hours": promised.get(name),
                # A day that is not over is owed by nobody: the promise counts from its end.
                "is_late": behind is not None and behind >= promised.get(name, 24) + 24,
                "files": len(windows),
                "last_attempt_at": tried.started_at.isoformat() if tried else None,
                "last_outcome": tried.outcome if tried else None,
                "waiting": _count(settings, "landing", name),
                "refused": _count(settings, "refused", name),
            }


def _count(settings: Settings, zone: str, stream: str) -> int:
    return len(list((settings.lake / zone).glob(f"{stream.replace('.', '/', 1)}/dt=*/*.parquet")))


def _grades(settings: Settings) -> list[Facts]:
    release = publish.current(settings.data_dir)
    if release is None or "agg_mart_trust" not in release.manifest["rows"]:
        return []
    with duckdb.connect(str(release.marts), read_only=True) as con:
        rows = con.execute(GRADES).fetchall()
    return [{"mart": mart, "grade": grade, "reasons": why} for mart, grade, why in rows]


def _hours(span: timedelta) -> float:
    return round(span / HOUR, 1)
