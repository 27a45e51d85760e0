"""X: who posts about the company, what the company posts, and how it answers.

Customers post when something moved them, strangers when they feel like it. The company answers
unhappy posts in office hours, and some people answer back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.books import PostFact, Record
from sandbox.chance import bell, count, pick, stable_hash
from sandbox.company import COMPANY, Company
from sandbox.moments import DAY, HOUR, MILLI, MINUTE, hour_of, to_millis, weekday
from sandbox.people import Person, born
from sandbox.post_wording import brand_text, care_text, follow_up_text, post_text, spam_text
from sandbox.render_x import BRAND_ID, PostShape, account_record, post_record

SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
WITHDRAWN_SHARE = 0.05
WITHDRAWN_MIX = [("deleted", 0.8), ("deactivated", 0.1), ("suspended", 0.05), ("protected", 0.05)]
STRANGER_MIX = [("positive", 0.34), ("neutral", 0.36), ("negative", 0.3)]


@dataclass(frozen=True, slots=True)
class Post:
    """A post with the counts that it will have reached when it is old."""

    us: int
    record: Record
    ripe: tuple[int, int, int, int, int]
    gone: tuple[int, str] | None = None  # when it was withdrawn, and why

    def is_shown(self, us: int) -> bool:
        """Tell whether the post is there at a moment."""
        return self.us <= us and (self.gone is None or us < self.gone[0])


def post_id(us: int, author: int) -> str:
    """Give an id that grows with time, as X's do; the author's number fills the low bits."""
    return str(((us // MILLI - SNOWFLAKE_EPOCH_MS) << 22) | (stable_hash(author, us) & 0x3FFFFF))


def account_of(company: Company, person: Person, us: int) -> Record:
    """Give the person's account, opened in the books when it is first seen."""
    if person.x_id is None:
        person.x_id = str(2_000_000_000 + person.number * 7_919)
        rng = company.rng("account", person.number)
        name = person.handle or f"user_{person.number}"
        person.handle = name
        followers = int(30 + rng.random() * rng.random() * rng.random() * 9_000)
        company.x_accounts[person.x_id] = account_record(
            person.x_id, name, f"{person.first} {person.last}", followers, rng.randrange(40, 900)
        )
    record: Record = company.x_accounts[person.x_id]
    company.books.identify(person.number, "x_user_id", person.x_id, us)
    company.books.identify(person.number, "x_username", record["username"].lower(), us)
    return record


def publish(company: Company, shape: PostShape, us: int, fame: int) -> None:
    """Put a post on X with the counts that it will have when it is old."""
    rng = company.rng("fame", shape.key)
    seen = 20 + int(fame * (0.2 + 1.6 * rng.random() * rng.random()))
    likes = seen * rng.randrange(2, 30) // 1000
    ripe = (
        seen * rng.randrange(0, 6) // 1000,
        seen * rng.randrange(0, 8) // 1000,
        likes,
        seen * rng.randrange(0, 3) // 1000,
        seen,
    )
    gone = _withdrawn(company, shape, us)
    company.x_records.append(Post(us, post_record(shape, us), ripe, gone))


def _withdrawn(company: Company, shape: PostShape, us: int) -> tuple[int, str] | None:
    """Let few posts of others be withdrawn, days after they were read for the first time."""
    if shape.author_id == BRAND_ID or company.chance("withdrawn", shape.key) >= WITHDRAWN_SHARE:
        return None
    rng = company.rng("withdrawal", shape.key)
    return to_millis(us + 30 * HOUR + rng.randrange(8 * DAY)), pick(rng, WITHDRAWN_MIX)


def post(company: Company, person: Person, us: int, payload: tuple[Any, ...]) -> None:
    """Let a person write about the company; the unhappy may get a reply.

    The payload is sentiment, topic and, where the post answers one, the post of the company.
    """
    sentiment, topic, *answered = payload
    if person.handle is None:
        return
    us = to_millis(us)
    rng = company.rng("post", person.number, us)
    account = account_of(company, person, us)
    if person.kind == "spammer":
        text, sentiment = spam_text(rng), "neutral"
    else:
        text = post_text(rng, sentiment, topic, _raised(company))
    quoted = _recent_brand_post(company, us) if rng.random() < 0.05 else None
    quoted = answered[0] if answered else quoted
    key = post_id(us, person.number)
    shape = PostShape(key, str(account["id"]), text, key, quoted=quoted)
    publish(company, shape, us, int(account["public_metrics"]["followers_count"]))
    company.books.posts.append(PostFact(key, person.number, us, sentiment, topic))
    company.caused("mention", key, us)
    if sentiment == "negative" and rng.random() < 0.5 and "northwind" in text.lower():
        when = _office(us + rng.randrange(8, 320) * MINUTE)
        payload_ = (key, key, account["id"], account["username"])
        company.plan(when, "care", person.number, payload_)


def care(company: Company, person: Person, us: int, payload: tuple[str, str, str, str]) -> None:
    """Reply as the company to an unhappy post."""
    answered, conversation, author_id, username = payload
    us = to_millis(us)
    rng = company.rng("care", answered)
    key = post_id(us, COMPANY)
    shape = PostShape(
        key, BRAND_ID, care_text(rng, username), conversation, answers=(answered, author_id)
    )
    publish(company, shape, us, 300)
    company.caused("brand_reply", key, us)
    if rng.random() < 0.22:
        is_glad = rng.random() < 0.55
        when = us + rng.randrange(4, 240) * MINUTE
        company.plan(when, "follow_up", person.number, (key, conversation, is_glad))


def follow_up(company: Company, person: Person, us: int, payload: tuple[str, str, bool]) -> None:
    """Let a person answer the company's reply."""
    answered, conversation, is_glad = payload
    us = to_millis(us)
    rng = company.rng("follow up", answered)
    account = account_of(company, person, us)
    key = post_id(us, person.number)
    text = follow_up_text(rng, is_glad)
    shape = PostShape(key, str(account["id"]), text, conversation, answers=(answered, BRAND_ID))
    publish(company, shape, us, 60)
    sentiment = "positive" if is_glad else "negative"
    company.books.posts.append(PostFact(key, person.number, us, sentiment, "service"))
    company.caused("mention", key, us)


def brand_day(company: Company, day_us: int) -> None:
    """Publish what the company itself has to say on a day, and what strangers say."""
    rng = company.rng("brand", day_us // DAY)
    moments = [day_us + rng.randrange(7 * HOUR, 18 * HOUR) for _ in range(rng.randrange(1, 4))]
    said = [(us, "news") for us in moments]
    for begin, _, _ in company.climate.announced_of(day_us):
        said.append((begin + 50 * MINUTE, "outage"))
    said.extend((begin + 20 * MINUTE, "price") for begin, _ in company.climate.prices_of(day_us))
    for us, kind in sorted(said):
        company.plan(to_millis(us), "brand_post", 0, kind)
    _strangers(company, day_us)


def brand_post(company: Company, _person: Person, us: int, kind: str) -> None:
    """Publish one post of the company."""
    rng = company.rng("brand post", us)
    key = post_id(us, COMPANY)
    shape = PostShape(key, BRAND_ID, brand_text(rng, kind, _raised(company)), key)
    publish(company, shape, us, 9_000)


def _strangers(company: Company, day_us: int) -> None:
    mean = company.customers * 0.0088
    rng = company.rng("strangers", day_us // DAY)
    for _ in range(count(rng, mean)):
        us = day_us + rng.randrange(6 * HOUR, 24 * HOUR)
        _stranger_posts(company, us, pick(rng, STRANGER_MIX), "product")
    for begin, end, storm in company.climate.outages_of(day_us):
        for _ in range(count(rng, mean * storm.stranger_factor)):
            us = begin + rng.randrange(end - begin + 2 * HOUR)
            _stranger_posts(company, us, "negative", "outage")
    if company.climate.loud_price(day_us + DAY - 1):
        for _ in range(count(rng, mean * 0.5)):
            us = day_us + rng.randrange(8 * HOUR, 23 * HOUR)
            _stranger_posts(company, us, "negative", "price")
    for _ in range(count(rng, company.customers * 0.0007)):
        spammer = _outsider(company, -1 - rng.randrange(8), "spammer", day_us)
        us = day_us + rng.randrange(DAY)
        company.plan(us, "post", spammer.number, ("neutral", "product"))


def _stranger_posts(company: Company, us: int, sentiment: str, topic: str) -> None:
    pool = max(20, company.customers // 2)
    rng = company.rng("stranger", us)
    which = min(pool - 1, int(abs(bell(rng, 0.0, pool / 2))) % pool)
    author = _outsider(company, which, "stranger", us)
    topic = "service" if topic == "product" and rng.random() < 0.4 else topic
    company.plan(us, "post", author.number, (sentiment, topic))


def _outsider(company: Company, which: int, kind: str, us: int) -> Person:
    if which not in company.strangers:
        person = company.add(born(company.seed, len(company.people), kind, us))
        person.handle = person.handle or f"{person.first}_{person.number}"[:15]
        company.strangers[which] = person.number
    return company.people[company.strangers[which]]


def _office(us: int) -> int:
    while weekday(us) == 6 or not 7 <= hour_of(us) < 20:
        us = us - us % HOUR + HOUR + us % (7 * MINUTE)
    return us


def _recent_brand_post(company: Company, us: int) -> str | None:
    for each in reversed(company.x_records[-60:]):
        if (
            each.record["author_id"] == BRAND_ID
            and each.us < us
            and ("in_reply_to_user_id" not in each.record)
        ):
            return str(each.record["id"])
    return None


def _raised(company: Company) -> int:
    raised = [getattr(story, "raise_percent", 0) for story in company.climate.stories]
    return max([*raised, 0])
