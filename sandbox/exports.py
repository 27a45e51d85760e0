"""What teams of the company export: the queue's figures, the roster of agents, posts elsewhere.

The figures of the queue are counted from the very calls that the telephone system shows.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from json import dumps
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.books import CallFact
from sandbox.company import Company
from sandbox.desk import GROUPS
from sandbox.moments import DAY, EPOCH, HOUR, MILLI, SECOND, as_datetime

ZONE = ZoneInfo("Europe/Amsterdam")
OPENS, QUARTER = 6, timedelta(minutes=15)  # the desk's system begins its day at six
TARGET_SECONDS, SHORT_SECONDS = 20, 5
HEADING = (
    *("Queue", "Interval start", "offered", "answered", "answered_in_target", "abandoned"),
    *("short_abandoned", "mean_answered_wait_seconds", "mean_abandoned_wait_seconds"),
    *("mean_handle_seconds", "longest_wait_seconds"),
)
TEAMS = tuple(name for _, name in GROUPS)
LANGUAGES = (("nl",), ("nl", "en"), ("nl", "en", "de"), ("en",))
NETWORKS = (("linkedin", "northwind"), ("instagram", "northwind.nl"), ("tiktok", "northwind"))
POSTS = (
    "New this week: invoices in one place.",
    "How a team of three answers two hundred questions a day.",
    "We are hiring in Utrecht.",
    "Five tips for a tidy inbox.",
    "Meet us at the trade fair.",
)


@dataclass(slots=True)
class Quarter:
    """What happened to the calls that entered a queue in a quarter of an hour."""

    answered: list[CallFact] = field(default_factory=list)
    abandoned: list[CallFact] = field(default_factory=list)

    def shown(self) -> list[str]:
        """Give the figures as the export writes them, with a decimal comma."""
        taken = [call.queue_seconds or 0 for call in self.answered]
        lost = [call.queue_seconds or 0 for call in self.abandoned]
        handled = [one.talk_seconds + one.hold_seconds + one.wrap_up_seconds
                   for one in self.answered]  # fmt: skip
        counted = (
            len(taken) + len(lost),
            len(taken),
            sum(one <= TARGET_SECONDS for one in taken),
            len(lost),
            sum(one <= SHORT_SECONDS for one in lost),
        )
        means = (_mean(taken), _mean(lost), _mean(handled))
        longest = str(max((*taken, *lost))) if taken or lost else ""
        return [*map(str, counted), *means, longest]


def _mean(values: Sequence[int]) -> str:
    return f"{sum(values) / len(values):.2f}".replace(".", ",") if values else ""


class QueuedCalls:
    """The calls that entered a queue, by local day; takes in what happened since it was asked."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._taken = 0
        self._by_day: defaultdict[date, list[tuple[datetime, CallFact]]] = defaultdict(list)

    def of(self, day: date) -> list[tuple[datetime, CallFact]]:
        """Give the calls of a day with the local moments at which they entered the queue."""
        calls = self._company.books.calls
        for call in calls[self._taken :]:
            if call.direction == "inbound" and call.queue_seconds is not None:
                us = call.started_us + (call.wait_seconds - call.queue_seconds) * SECOND
                entered = as_datetime(us).astimezone(ZONE)
                self._by_day[entered.date()].append((entered, call))
        self._taken = len(calls)
        return self._by_day[day]


def quarters(calls: QueuedCalls, day: date) -> dict[tuple[str, datetime], Quarter]:
    """Give the figures of a local day by queue and quarter, empty ones too."""
    first = datetime(day.year, day.month, day.day, OPENS, tzinfo=ZONE)
    counted = {
        (name, first + QUARTER * place): Quarter()
        for name in TEAMS
        for place in range((24 - OPENS) * 4)
    }
    names = dict(GROUPS)
    for entered, call in calls.of(day):
        start = entered.replace(minute=entered.minute // 15 * 15, second=0, microsecond=0)
        quarter = counted.setdefault((names[call.group_id], start), Quarter())
        (quarter.answered if call.is_answered else quarter.abandoned).append(call)
    return counted


def acd_file(calls: QueuedCalls, day: date) -> bytes:
    """Write the queue's figures of a local day as its CSV file."""
    lines = [";".join(HEADING)]
    for (queue, start), quarter in sorted(quarters(calls, day).items(), key=lambda one: one[0]):
        lines.append(";".join((queue, start.strftime("%d-%m-%Y %H:%M"), *quarter.shown())))
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


@dataclass(frozen=True, slots=True)
class Posting:
    """Where an agent works from a day on."""

    agent_id: int
    team: str
    languages: tuple[str, ...]
    valid_from: date


def roster(company: Company, day: date) -> list[Posting]:
    """Give where each agent works on a day; every third day one of them changes."""
    start = as_datetime(company.start_us).date()
    held = {
        agent_id: Posting(agent_id, TEAMS[place % 3], LANGUAGES[place % 4], start)
        for place, agent_id in enumerate(company.agent_ids)
    }
    for change in range(1, (day - start).days // 3 + 1):
        agent_id = company.agent_ids[change % len(company.agent_ids)]
        team, tongue = TEAMS[(change + 1) % 3], LANGUAGES[(change * 3 + 1) % 4]
        since = start + timedelta(days=change * 3)
        held[agent_id] = Posting(agent_id, team, tongue, since)
    return list(held.values())


def roster_file(company: Company, day: date) -> bytes:
    """Write the roster of a day as its Parquet file."""
    found = roster(company, day)
    table = pa.table(
        {
            "agent_id": pa.array([one.agent_id for one in found], pa.int64()),
            "agent_name": [company.desk_users[one.agent_id].name for one in found],
            "team": [one.team for one in found],
            "languages": pa.array([list(one.languages) for one in found], pa.list_(pa.string())),
            "valid_from": pa.array([one.valid_from for one in found], pa.date32()),
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def posts_file(company: Company, day: date) -> bytes:
    """Write what the company published in other networks on a day as its NDJSON file."""
    rng = company.rng("brand posts elsewhere", day)
    day_us = (day - EPOCH.date()).days * DAY
    lines: defaultdict[int, str] = defaultdict(str)
    for place in range(1 + rng.randrange(2)):
        network, account = NETWORKS[rng.randrange(len(NETWORKS))]
        us = day_us + 8 * HOUR + rng.randrange(9 * HOUR)
        record = {
            "post_id": f"{network}-{day:%Y%m%d}-{place + 1}",
            "published_at": us // MILLI,
            "network": network,
            "account": account,
            "content": POSTS[rng.randrange(len(POSTS))],
            "likes": rng.randrange(3, 160),
            "comments": rng.randrange(0, 25),
            "shares": rng.randrange(0, 18),
            "campaign": None if rng.random() < 0.7 else "autumn",
        }
        lines[us] += dumps(record) + "\n"
    return "".join(lines[us] for us in sorted(lines)).encode()
