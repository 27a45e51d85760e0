"""Once a day, one message with all that is still open, and what came and went since the last.

What began after the day's hour has had its own message a moment ago, and a notice asks for nothing
to be mended: they alone make no inventory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from ops.alerts import filed, tiers
from ops.alerts.filed import Filed
from ops.alerts.kinds import KINDS
from ops.alerts.message import Alert
from ops.alerts.recovery import ONCE
from ops.alerts.send import GRAVER, deliver, summary
from ops.alerts.silences import Silence
from ops.settings import Settings

DAY = timedelta(days=1)


def tell(settings: Settings, silences: Sequence[Silence], now: datetime) -> Filed | None:
    """Send the day's inventory once, from its hour on; None when there is nothing to say."""
    alerting = tiers.usable()
    here = now.astimezone(alerting.zone)
    if here.hour < alerting.inventory_hour:
        return None
    begins = here.replace(hour=alerting.inventory_hour, minute=0, second=0, microsecond=0)
    lines = inventory(settings, now, begins)
    return deliver(settings, _alert(lines, here, now), silences, now) if lines else None


def inventory(settings: Settings, now: datetime, begins: datetime) -> tuple[str, ...]:
    """Return the lines: the counts, each alert that is open, each that ended unheard.

    There are none when all was heard and nothing but notices is open since before `begins`, the
    day's hour.
    """
    still = [one for one in filed.open_ones(settings.alerts_dir) if one["kind"] not in ONCE]
    ended = [
        one for one in filed.closed_since(settings.alerts_dir, now - DAY) if one["kind"] not in ONCE
    ]
    unheard = [one for one in ended if not one["told"] and not one["silenced"]]
    broken = [one for one in still if datetime.fromisoformat(one["at"]) < begins]
    if not unheard and all(one["severity"] == "notice" for one in broken):
        return ()
    since = [one for one in (*still, *ended) if datetime.fromisoformat(one["at"]) >= now - DAY]
    count = Counter(KINDS[one["kind"]].severity for one in still)
    tally = ", ".join(f"{count[name]} {name}" for name in GRAVER if count[name]) or "none"
    quiet = sum(1 for one in still if one["silenced"])
    still.sort(key=lambda one: (GRAVER[one["severity"]], one["at"]))
    return (
        f"open: {len(still)} ({tally}); silenced of these: {quiet}",
        f"in the last 24 h: {len(since)} began, {len(ended)} ended",
        *(summary(one, now) for one in still),
        *(f"ended before anybody was told: {one['kind']} · {one['what'][0]}" for one in unheard),
    )


def _alert(lines: tuple[str, ...], here: datetime, now: datetime) -> Alert:
    return Alert(
        id=f"still_broken__{here:%Y-%m-%d}",
        kind="still_broken",
        dag_id="inventory",
        run_id="",
        at=now.isoformat(),
        what=lines,
        since=f"{here - DAY:%Y-%m-%d %H:%M} {here:%Z}",
        stale_marts=(),
        readers=(),
        served="see each alert",
        repeat=("cxw status",),
        log="cxw alerts",
    )
