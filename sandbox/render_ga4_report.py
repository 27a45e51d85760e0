"""A day's hits as the columns of GA4's Data API: counted by what a report groups by.

A session is engaged after ten seconds, with a key event, or with two views. A report of more than
`CEILING` rows keeps the largest and adds the rest up in the row "(other)".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.books import Hit, Session
from sandbox.moments import as_datetime
from sandbox.render_ga4 import DEVICES, SOURCES

CEILING = 50
OTHER = "(other)"
CHANNELS = {
    "organic": "Organic Search",
    "(none)": "Direct",
    "email": "Email",
    "cpc": "Paid Search",
    "referral": "Referral",
}
KEY_EVENTS = {"generate_lead"}
ENGAGED_MS = 10_000
ENGAGED_VIEWS = 2

DIMENSIONS: Mapping[str, Callable[[Session, Hit], str]] = {
    "date": lambda _, hit: f"{as_datetime(hit.us):%Y%m%d}",
    "sessionDefaultChannelGroup": lambda session, _: CHANNELS[SOURCES[session.source][1]],
    "deviceCategory": lambda session, _: DEVICES[session.device][0],
    "landingPagePlusQueryString": lambda session, _: (
        session.hits[0].page.split(".example", 1)[1] or "/"
    ),
}


@dataclass(slots=True)
class Group:
    """What is counted in one row."""

    sessions: set[tuple[str, int]] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    engaged_ms: defaultdict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    session_views: defaultdict[tuple[str, int], int] = field(
        default_factory=lambda: defaultdict(int)
    )
    converted: set[tuple[str, int]] = field(default_factory=set)
    key_events: int = 0
    views: int = 0

    def add(self, session: Session, hit: Hit) -> None:
        """Count one hit."""
        which = (session.client_id, session.session_id)
        self.sessions.add(which)
        self.users.add(session.client_id)
        self.engaged_ms[which] += hit.engaged_ms
        if hit.name == "page_view":
            self.views += 1
            self.session_views[which] += 1
        if hit.name in KEY_EVENTS:
            self.key_events += 1
            self.converted.add(which)

    def join(self, other: Group) -> None:
        """Add another row to this one."""
        self.sessions |= other.sessions
        self.users |= other.users
        self.converted |= other.converted
        self.key_events += other.key_events
        self.views += other.views
        for which in other.sessions:
            self.engaged_ms[which] += other.engaged_ms[which]
            self.session_views[which] += other.session_views[which]

    def engaged(self) -> int:
        """Count the engaged sessions."""
        return sum(
            self.engaged_ms[one] >= ENGAGED_MS
            or self.session_views[one] >= ENGAGED_VIEWS
            or one in self.converted
            for one in self.sessions
        )


METRICS: Mapping[str, tuple[str, Callable[[Group], int]]] = {
    "sessions": ("TYPE_INTEGER", lambda group: len(group.sessions)),
    "engagedSessions": ("TYPE_INTEGER", Group.engaged),
    "activeUsers": ("TYPE_INTEGER", lambda group: len(group.users)),
    "keyEvents": ("TYPE_FLOAT", lambda group: group.key_events),
    "screenPageViews": ("TYPE_INTEGER", lambda group: group.views),
}


def report_rows(
    hits: Sequence[tuple[Session, Hit]], dimensions: Sequence[str], metrics: Sequence[str]
) -> list[tuple[list[str], list[str]]]:
    """Give the rows, largest first: the values of the dimensions and of the metrics, as text."""
    groups: defaultdict[tuple[str, ...], Group] = defaultdict(Group)
    rows: dict[int, Group] = {}  # by session: all its hits of a day are of one row
    for session, hit in hits:
        row = rows.get(id(session))
        if row is None:
            key = tuple(DIMENSIONS[name](session, hit) for name in dimensions)
            row = rows[id(session)] = groups[key]
        row.add(session, hit)
    ordered = sorted(groups.items(), key=lambda row: (-len(row[1].sessions), row[0]))
    if len(ordered) > CEILING:
        rest = Group()
        for _, group in ordered[CEILING:]:
            rest.join(group)
        day = ordered[0][0][dimensions.index("date")] if "date" in dimensions else ""
        other = tuple(day if name == "date" else OTHER for name in dimensions)
        ordered = [*ordered[:CEILING], (other, rest)]
    return [
        (list(key), [str(METRICS[name][1](group)) for name in metrics]) for key, group in ordered
    ]
