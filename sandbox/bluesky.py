"""Bluesky: some of the same persons post there too, and the company with them.

Everything is drawn after a day was lived, from generators of its own, and changes nothing in it.
A few devices have a wrong clock: some posts say that they are older than they are, or younger.
"""

from __future__ import annotations

from random import Random

from sandbox.chance import count, pick
from sandbox.company import COMPANY, Company
from sandbox.habits import TONELESS, voice
from sandbox.moments import DAY, HOUR, MILLI, MINUTE, to_millis
from sandbox.people import Person
from sandbox.post_wording import brand_text, follow_up_text, post_text
from sandbox.render_bluesky import BRAND, BRAND_HANDLE, Account, SkyPost, did_of, uri_of

MEMBERS = 0.4  # of those who have a handle
POSTS_A_DAY = 0.005  # for each customer
MIX = [("positive", 0.36), ("neutral", 0.34), ("negative", 0.3)]
OWN_ACCORD = ("service", "product")
KINDS = {"customer", "prospect", "stranger"}
CARE = (
    "Sorry to read this. Please send us your customer number in a message.",
    "Thank you for telling us, a colleague of Northwind looks at it now.",
)


def bluesky_day(company: Company, day_us: int) -> None:
    """Let people and the company post on a day that was lived."""
    rng = company.rng("bluesky", day_us // DAY)
    mean = company.customers * POSTS_A_DAY
    said: list[tuple[int, str, str]] = []
    for _ in range(count(rng, mean)):
        topic = "service" if rng.random() < 0.5 else "product"
        said.append((day_us + rng.randrange(6 * HOUR, 24 * HOUR), pick(rng, MIX), topic))
    for begin, end, storm in company.climate.outages_of(day_us):
        for _ in range(count(rng, mean * storm.stranger_factor)):
            said.append((begin + rng.randrange(end - begin), "negative", "outage"))
    if company.climate.loud_price(day_us + DAY - 1):
        for _ in range(count(rng, mean * 0.5)):
            said.append((day_us + rng.randrange(8 * HOUR, 23 * HOUR), "negative", "price"))
    raised = max(
        (getattr(story, "raise_percent", 0) for story in company.climate.stories), default=0
    )
    for us, mood, topic in sorted(said):
        member = _member(company, rng)
        if member is not None:
            sentiment = _tone(company, member, us, mood) if topic in OWN_ACCORD else mood
            text = post_text(rng, sentiment, topic, raised).replace(
                "@northwind", f"@{BRAND_HANDLE}"
            )
            _someone_posts(company, rng, member, to_millis(us), (sentiment, text))
    for _ in range(rng.randrange(1, 3)):
        us = to_millis(day_us + rng.randrange(7 * HOUR, 18 * HOUR))
        _publish(company, rng, us, BRAND, COMPANY, brand_text(rng, "news", raised), "neutral", 900)


def _someone_posts(
    company: Company, rng: Random, person: Person, us: int, said: tuple[str, str]
) -> None:
    """Publish a person's post; the unhappy may get an answer, the happy may be passed on."""
    (sentiment, text), author = said, account_of(person)
    passed_on = us + rng.randrange(HOUR, 5 * HOUR) if rng.random() < 0.1 else None
    reposted = to_millis(passed_on) if passed_on and sentiment == "positive" else None
    post = _publish(
        company, rng, us, author, person.number, text, sentiment, 120, reposted=reposted
    )
    if sentiment == "negative" and rng.random() < 0.4:
        when = to_millis(us + rng.randrange(8, 180) * MINUTE)
        _publish(
            company, rng, when, BRAND, COMPANY, rng.choice(CARE), "neutral", 60, answers=post.uri
        )
        if rng.random() < 0.2:
            is_glad = rng.random() < 0.5
            words = follow_up_text(rng, is_glad).replace("@northwind", f"@{BRAND_HANDLE}")
            mood = "positive" if is_glad else "negative"
            later = to_millis(when + rng.randrange(4, 120) * MINUTE)
            _publish(company, rng, later, author, person.number, words, mood, 20, answers=post.uri)


def _publish(
    company: Company, rng: Random, us: int, author: Account, person: int, text: str,
    sentiment: str, fame: int, answers: str | None = None, reposted: int | None = None,
) -> SkyPost:  # fmt: skip
    seen = us + rng.randrange(300, 4_000) * MILLI
    made = us
    if person != COMPANY and rng.random() < 0.03:  # a device with a wrong clock
        made = us - rng.randrange(1, 40) * DAY if rng.random() < 0.4 else us + 3 * HOUR
    likes = rng.randrange(0, 3 + fame // 12)
    ripe = (rng.randrange(0, 4), likes // 4, likes, rng.randrange(0, 2))
    uri = uri_of(author.did, us)
    post = SkyPost(uri, author, person, text, made, seen, ripe, sentiment, answers, reposted)
    company.sky_posts.append(post)
    return post


def account_of(person: Person) -> Account:
    """Give a person's account; a handle there has no underscore."""
    handle = f"{(person.handle or str(person.number)).lower().replace('_', '-')}.bsky.social"
    return Account(did_of(person.number), handle, f"{person.first} {person.last}")


def _member(company: Company, rng: Random) -> Person | None:
    """Find somebody who has an account there; None in a company without any."""
    for _ in range(60):
        person = company.people[rng.randrange(len(company.people))]
        if is_member(company, person):
            return person
    return None


def is_member(company: Company, person: Person) -> bool:
    """Tell whether somebody has an account there."""
    return (
        person.kind in KINDS
        and person.handle is not None
        and company.chance("bluesky member", person.number) < MEMBERS
    )


def posts_of_a_member(company: Company) -> float:
    """Give how many posts a member writes on a usual day."""
    members = sum(is_member(company, person) for person in company.people)
    return company.customers * POSTS_A_DAY / members if members else 0.0


def _tone(company: Company, person: Person, us: int, mood: str) -> str:
    """Colour a post as the opinion of its author does; of a stranger the mood stays."""
    if person.contact_id is None:
        return mood
    if company.chance("bluesky tone", person.number, us) < TONELESS:
        return "neutral"
    glad = voice(company, person, us)[1]
    return "positive" if company.chance("bluesky mood", person.number, us) < glad else "negative"
