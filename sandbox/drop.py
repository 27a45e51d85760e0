"""The drop folder: what teams export appears in it as the company's clock moves.

A day's files come five minutes after its midnight, now and then a day late; sometimes one is
delivered again some hours later under another name. What is there already is left as it is, so the
same company may be started again over the same folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from sandbox.audits import Auditing, audits_file
from sandbox.company import Company
from sandbox.exports import QueuedCalls, acd_file, posts_file, roster_file
from sandbox.moments import DAY, HOUR, MINUTE, as_datetime, as_us, start_of

AFTER_MIDNIGHT = 5 * MINUTE
AGAIN_AFTER = 6 * HOUR
LATE_SHARE, TWICE_SHARE = 0.05, 0.07
LATEST = 3  # days after which all of a day's files have come


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file, and the moment from which it is there."""

    us: int
    kind: str
    name: str


def deliveries(company: Company, day: date) -> Iterator[Delivery]:
    """Give the files of a day."""
    on_time = start_of(day) + DAY + AFTER_MIDNIGHT
    daily = (("acd_intervals", "csv"), ("brand_posts", "ndjson"), ("interaction_audits", "csv"))
    for kind, ending in daily:
        is_late = company.chance("late file", kind, day) < LATE_SHARE
        us = on_time + (DAY if is_late else 0)
        yield Delivery(us, kind, f"{kind}_{day}.{ending}")
        if company.chance("file twice", kind, day) < TWICE_SHARE:
            yield Delivery(us + AGAIN_AFTER, kind, f"{kind}_{day}_1.{ending}")
    if day.weekday() == 0 or start_of(day) == company.start_us:
        yield Delivery(on_time, "agent_roster", f"agent_roster_{day}.parquet")


class Drop:
    """One folder that a company's teams deliver to."""

    def __init__(self, folder: Path, company: Company) -> None:
        self.folder = folder
        self._company = company
        self._from = as_datetime(company.start_us).date()
        self._writers: dict[str, Callable[[date], bytes]] = {
            "acd_intervals": partial(acd_file, QueuedCalls(company)),
            "brand_posts": partial(posts_file, company),
            "agent_roster": partial(roster_file, company),
            "interaction_audits": partial(audits_file, Auditing(company)),
        }
        folder.mkdir(parents=True, exist_ok=True)

    def reach(self, now: datetime) -> None:
        """Deliver what is due at a moment; the company must have lived up to it."""
        now_us, day = as_us(now), self._from
        while start_of(day) < now_us:
            for one in deliveries(self._company, day):
                if one.us <= now_us and not (self.folder / one.name).exists():
                    self._put(one.name, self._writers[one.kind](day))
            if start_of(day) + LATEST * DAY <= now_us and day == self._from:
                self._from += timedelta(days=1)
            day += timedelta(days=1)

    def _put(self, name: str, content: bytes) -> None:
        """Write under another name first, so that a reader never finds half a file."""
        draft = self.folder / f".{name}.part"
        draft.write_bytes(content)
        draft.replace(self.folder / name)
