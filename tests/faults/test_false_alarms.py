"""Sixty days on which nothing is wrong: hardly anybody is told anything. Then something is wrong.

The company has its weekdays, Christmas and New Year, grows, and runs a campaign. Its other stories,
such as an outage of its IT, have no effect.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import duckdb
import httpx
import pytest

from ops import history
from ops.alerts import warned
from sandbox.stories import PLANTED
from tests.faults.days import Days, company_days
from tests.faults.page import write_section
from tests.ops.conftest import Office, office, settings  # noqa: F401  (fixtures)

DAYS, CUSTOMERS, SEED = 60, 300, 11
START = date(2026, 11, 23)  # a Monday
EVERY = 10  # days from build to build, which costs a minute; else the release is carried on
WATCHED = (0.5, 3.5, 8.5)  # hours after the end of the day: read, due, in office hours
HOLIDAYS = {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}
CAMPAIGN = START + timedelta(days=47)
ALERTS = 2  # in all
QUIET = {story.slug for story in PLANTED} - {"campaign"}
SHOWN = 4  # suites of a check that are named
TITLE = "Sixty days without a fault"


@pytest.mark.slow
def test_sixty_days_without_a_fault_alert_hardly_anybody(
    office: Office,  # noqa: F811
    tmp_path: Path,
) -> None:
    with company_days(office, tmp_path, SEED, CUSTOMERS, START, QUIET) as days:
        for number in range(DAYS):
            days.begin(number)
            days.read()
            days.build() if is_built(number) else days.carry_on()
            for hour in WATCHED:
                days.at(hours=hour)
            told = [f"{one['kind']} {', '.join(one['subjects'])}" for one in days.alerts()]
            print(f"{days.run_id}: {len(told)} alerts so far {told}", flush=True)
        alerts, lines = days.alerts(), table(days)
        print("\n".join(lines), flush=True)
        heard = [text for text in days.messages() if not text.startswith("Over after")]
        deaf_to = wrong_day(days)
    assert deaf_to == set(), "the same bench tells of a day that is wrong"
    assert_lived(days)
    assert len(alerts) <= ALERTS, [one["text"] for one in alerts]
    assert len(heard) <= ALERTS, heard
    write_section(TITLE, lines)


def is_built(number: int) -> bool:
    """Say on which days the marts are built: the first, each so many days, the last."""
    return number % EVERY == 0 or number == DAYS - 1


def wrong_day(days: Days) -> set[str]:
    """Let one more day come with hardly any web events; return what is not told of it."""
    known = {one["id"] for one in days.alerts()}
    usual = median(rows_by_day(days, "ga4.events").values())
    days.begin(DAYS)
    key, lost = f"{days.day.start:%Y-%m-%d}", int(usual * 0.95)
    cut = {"name": "ga4.events", "key": key, "drop_tail": lost}
    httpx.post(f"{days.base_url}/__world/mutate", json=cut).raise_for_status()
    days.read()
    told = [one for one in days.alerts() if one["id"] not in known]
    refused = [one for one in told if one["kind"] == "file_refused"]
    return {"ga4.events"} - {subject for one in refused for subject in one["subjects"]}


def assert_lived(days: Days) -> None:
    """Hold what the days are said to have had against the rows that came."""
    desk, posts = (
        rows_by_day(days, name) for name in ("zendesk.ticket_metric_events", "x.search_posts")
    )
    working = median(count for day, count in desk.items() if day.weekday() < 5)
    sunday = median(count for day, count in desk.items() if day.weekday() == 6)
    assert sunday < working / 2, "weeks were lived"
    assert sum(desk[day] for day in HOLIDAYS) < len(HOLIDAYS) * working / 2, "and holidays"
    assert posts[CAMPAIGN] > 2 * median(posts.values()), "a campaign was run"
    assert growth(days) > 1.15, "the company grew"


def growth(days: Days) -> float:
    """Return how many contacts were known in the end for one of the first day."""
    files = days.settings.lake / "raw" / "hubspot" / "contacts" / "*" / "*.parquet"
    ((share,),) = duckdb.execute(
        "select count(distinct _pk) / count(distinct _pk) filter (_interval_start = ?)"
        f" from read_parquet('{files}')",
        [days.first],
    ).fetchall()
    return float(share)


def rows_by_day(days: Days, name: str) -> dict[date, int]:
    """Return the accepted rows of a stream by day."""
    files = days.settings.lake / "raw" / name.replace(".", "/") / "*" / "*.parquet"
    found = duckdb.execute(
        "select cast(_interval_start at time zone 'UTC' as date), count(*)"
        f" from read_parquet('{files}') group by 1"
    )
    return dict(found.fetchall())


def described() -> list[str]:
    """Return what was done, for the page."""
    built = sum(is_built(number) for number in range(DAYS))
    return [
        f"`pytest -m slow tests/faults/test_false_alarms.py`: {CUSTOMERS} customers, {DAYS} days",
        f"from {START} with weekdays, Christmas, New Year, growth and a campaign. Every stream is",
        f"read and judged each day; {built} builds are judged and published, on the other days the",
        f"release is carried on. The watch looks {len(WATCHED)} times a day. {ALERTS} alerts of",
        "any kind are allowed at most, notices and inventories of what is open among them.",
    ]


def table(days: Days) -> list[str]:
    """Tell what was judged, what was alerted by kind, and what a gate noted."""
    results = days.settings.lake / "operations" / "check_results"
    ((files, checks),) = duckdb.execute(
        "select count(distinct (file_path, checked_at)), count(*)"
        f" from read_parquet('{results}/dt=*/*.parquet')"
    ).fetchall()
    alerted = Counter((one["kind"], ", ".join(one["subjects"])) for one in days.alerts())
    first = datetime(START.year, START.month, START.day, tzinfo=UTC)
    noted: dict[tuple[str, str], Counter[str]] = {}
    for suite, check, severity, _ in history.failed_checks(days.settings, first):
        noted.setdefault((check, severity), Counter())[suite] += 1
    return [
        *described(),
        "",
        f"**{alerted.total()} alerts** from {checks:,} checks of {files:,} files and builds.",
        "",
        *listed("kind of alert | of | times", [(*what, n) for what, n in sorted(alerted.items())]),
        "",
        "What the gates noted; only what is no news at all tells nobody.",
        "",
        *listed(
            "check | severity | times | of | is told",
            [
                (check, severity, suites.total(), shown(suites), is_told(check))
                for (check, severity), suites in sorted(noted.items())
            ],
        ),
    ]


def listed(head: str, rows: list[tuple[object, ...]]) -> list[str]:
    """Return a table; without rows a word that there are none."""
    if not rows:
        return ["None."]
    line = "|".join("---" for _ in head.split("|"))
    return [f"| {head} |", f"|{line}|", *(f"| {' | '.join(map(str, row))} |" for row in rows)]


def is_told(check: str) -> str:
    """Say whether the watch tells of a warning of this check."""
    return "no" if check in warned.NO_NEWS else "yes"


def shown(suites: Counter[str]) -> str:
    """Name the commonest suites with their counts."""
    more = len(suites) - SHOWN
    named = ", ".join(f"`{name}` {count}" for name, count in suites.most_common(SHOWN))
    return named + (f" and {more} more" if more > 0 else "")
