"""What people ask Google before they come to the company, or instead: a day's search results.

Who has a problem searches before calling: the searches about problems of a day follow the calls of
the next one (story `search_lead`). The outage and the price change raise their queries on their own
days, with the first day the loudest. Rare queries are a part of every total, and no row of their
own is shown for them. Nothing here touches a person; every day draws from its own generator.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.chance import bell, between
from sandbox.company import Company
from sandbox.moments import DAY, HOUR
from sandbox.stories import SearchLead

SITE = "https://www.northwind.example"
FINAL_AFTER = 3 * DAY + 7 * HOUR  # two days after the day's end in California
LATE_SHARE = 0.3  # of the days: one day later
COUNTRIES = (("nld", 0.80), ("bel", 0.12), ("deu", 0.08))
DEVICES = (("MOBILE", 0.62), ("DESKTOP", 0.33), ("TABLET", 0.05))
WEEKDAY = (1.05, 1.06, 1.04, 1.0, 0.97, 0.9, 0.98)
TYPICAL_CALLS = 0.02  # a customer and day; the searches about problems follow the true number
RARE_SHARE = 0.32  # of the impressions: queries too rare to be shown


@dataclass(frozen=True, slots=True)
class Query:
    """What is typed, where it leads, and how often of its topic."""

    text: str
    page: str
    share: float
    position: float


@dataclass(frozen=True, slots=True)
class Topic:
    """Queries that rise and fall together; impressions a day of two thousand customers."""

    slug: str
    impressions: float
    click_rate: float
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The results of one query on one page, in one country and on one kind of device."""

    topic: str
    query: str
    page: str
    country: str
    device: str
    clicks: int
    impressions: int
    position: float
    is_rare: bool


TOPICS = (
    Topic(
        "brand",
        620.0,
        0.46,
        (
            Query("northwind energy", "/", 0.55, 1.2),
            Query("northwind login", "/app", 0.25, 1.1),
            Query("northwind app", "/features", 0.12, 1.6),
            Query("northwind reviews", "/about", 0.08, 3.4),
        ),
    ),
    Topic(
        "product",
        420.0,
        0.05,
        (
            Query("family energy plan", "/plans/family", 0.30, 7.8),
            Query("energy report app", "/features", 0.24, 9.1),
            Query("winter check heating", "/blog/winter-check", 0.28, 5.4),
            Query("household budget hub", "/pricing", 0.18, 11.3),
        ),
    ),
    Topic(
        "problems",
        260.0,
        0.16,
        (
            Query("double charge refund", "/help/refunds", 0.30, 4.2),
            Query("northwind invoice wrong", "/help/refunds", 0.22, 1.9),
            Query("northwind cannot sign in", "/help/sign-in", 0.24, 1.5),
            Query("northwind hub not delivered", "/help/delivery", 0.14, 2.1),
            Query("northwind export data", "/help", 0.10, 2.6),
        ),
    ),
    Topic(
        "outage",
        8.0,
        0.30,
        (
            Query("northwind down", "/status", 0.6, 1.4),
            Query("northwind error 503", "/status", 0.4, 2.2),
        ),
    ),
    Topic(
        "price",
        20.0,
        0.22,
        (
            Query("northwind price increase", "/pricing", 0.5, 1.8),
            Query("cancel northwind", "/help", 0.3, 1.6),
            Query("northwind alternatives", "/pricing", 0.2, 6.7),
        ),
    ),
)
OUTAGE_FACTORS = (90.0, 22.0, 5.0)  # on its day, and on the days after
PRICE_FACTORS = (26.0, 17.0, 11.0, 8.0, 6.0, 5.0, 4.0, 3.0, 2.5, 2.0)


def final_us(company: Company, day_us: int) -> int:
    """Give the moment from which a day's results are final."""
    is_late = company.chance("search late", day_us // DAY) < LATE_SHARE
    return day_us + FINAL_AFTER + (DAY if is_late else 0)


def day_found(company: Company, day_us: int) -> list[Found]:
    """Give the results of a day; the day after it must have been lived."""
    return [one for topic in TOPICS for one in _topic(company, topic, day_us)]


def _topic(company: Company, topic: Topic, day_us: int) -> Iterator[Found]:
    rng = company.rng("search", topic.slug, day_us)
    size = topic.impressions * company.customers / 2000 * WEEKDAY[(day_us // DAY + 3) % 7]
    size *= _factor(company, topic.slug, day_us)
    for query in topic.queries:
        for country, of_country in COUNTRIES:
            for device, of_device in DEVICES:
                mean = size * query.share * of_country * of_device
                drawn = mean * (1 - RARE_SHARE) * between(0.4, bell(rng, 1.0, 0.2), 1.8)
                rare = mean * RARE_SHARE * between(0.4, bell(rng, 1.0, 0.2), 1.8)
                place = between(1.0, bell(rng, query.position, 0.3), 60.0)
                for number, is_rare in ((drawn, False), (rare, True)):
                    shown = int(number + rng.random())
                    clicks = int(shown * topic.click_rate * (0.8 + 0.4 * rng.random()) + 0.5)
                    if shown:
                        yield Found(
                            topic.slug,
                            query.text,
                            SITE + query.page,
                            country,
                            device,
                            min(clicks, shown),
                            shown,
                            round(place, 4),
                            is_rare,
                        )


def lead_days(company: Company) -> int:
    """Give how many days the searches about problems run ahead of the calls."""
    story = company.climate.running(SearchLead, company.start_us)
    return 1 if story is None else story.lead_days


def _factor(company: Company, slug: str, day_us: int) -> float:
    """Give how much more than usual a topic is searched on a day."""
    if slug == "problems":
        tomorrow = day_us + lead_days(company) * DAY
        usual = company.customers * TYPICAL_CALLS
        if _begins(company, tomorrow):  # nobody foresees what the calls of that day are about
            return 1.0
        return between(0.4, _calls(company, tomorrow) / usual, 2.5)
    factors = {"outage": OUTAGE_FACTORS, "price": PRICE_FACTORS}.get(slug, ())
    for passed, factor in enumerate(factors):
        stories = _begins(company, day_us - passed * DAY)
        if ("it_outage" if slug == "outage" else "price_change") in stories:
            return factor
    return 1.0


def _begins(company: Company, day_us: int) -> set[str]:
    """Name the stories that begin on a day."""
    climate = company.climate
    told = (*climate.outages_of(day_us),)
    return {story.slug for *_, story in told} | {s.slug for _, s in climate.prices_of(day_us)}


def _calls(company: Company, day_us: int) -> int:
    """Count the calls to the company that began on a day; the book is nearly in that order."""
    calls = company.books.calls
    number = 0
    for place in range(
        bisect_left(calls, day_us - DAY, key=lambda call: call.started_us), len(calls)
    ):
        call = calls[place]
        if call.started_us >= day_us + 2 * DAY:
            break
        number += call.direction == "inbound" and day_us <= call.started_us < day_us + DAY
    return number
