"""The company's Facebook page: its posts, who comments, who recommends it, and who follows.

Nothing here moves a person or another vendor's record: every draw has a generator of its own, and
what people write comes from the mood that they are in. The page writes its days ahead into the
books; a version shows from its own moment on, and one with `_gone` says that it was deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.books import Record
from sandbox.chance import count, exponential, stable_hash
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MINUTE, SECOND, to_seconds
from sandbox.names import name_of
from sandbox.page_counts import Counts
from sandbox.people import Person
from sandbox.post_wording import brand_text, care_text, post_text, spam_text
from sandbox.render_facebook import (
    PAGE,
    comment_record,
    insight_record,
    page_record,
    post_record,
    rating_record,
)
from sandbox.wording import comment_text

STRANGERS = 90_000  # names of commenters who are no person of the company
MEMBERS = 0.35  # of the people are on Facebook
TONES = {"outage": 0.78, "price": 0.72, "news": 0.0}  # how many come to a post to complain
CROWDS = {"outage": 6.0, "price": 5.0, "news": 1.0}


@dataclass(frozen=True, slots=True)
class CommentFact:
    """A comment by somebody else, with what is really meant; a stranger is no person."""

    comment_id: str
    person: int | None
    created_us: int
    sentiment: str
    deleted_us: int | None = None


class Page:
    """Lives beside the company, day by day."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._members: list[int] = []
        self._looked = 0
        self.counts = Counts(company)
        self.comments: list[CommentFact] = []

    def live(self, day_us: int) -> None:
        """Publish the posts of a day, with all that follows from them, and count the followers."""
        company = self._company
        fresh = company.people[self._looked :]
        self._looked = len(company.people)
        self._members += [
            person.number
            for person in fresh
            if company.chance("facebook member", person.number) < MEMBERS
        ]
        rng = company.rng("facebook day", day_us)
        moments = [day_us + rng.randrange(7 * HOUR, 18 * HOUR) for _ in range(rng.randrange(1, 3))]
        said = [(us, "news") for us in moments]
        said += [(begin + 40 * MINUTE, "outage") for begin, _, _ in
                 company.climate.announced_of(day_us)]  # fmt: skip
        said += [(begin + 30 * MINUTE, "price") for begin, _ in company.climate.prices_of(day_us)]
        for us, kind in sorted(said):
            self._post(to_seconds(us), kind)
        self._ratings(day_us)
        self._count(day_us, len(said))

    def _post(self, us: int, kind: str) -> None:
        company = self._company
        number = us // SECOND
        key = f"{PAGE}_{number}"
        rng = company.rng("facebook post", us)
        text = brand_text(rng, kind, _raised(company))
        fame = CROWDS[kind] * (20 + company.customers * 0.02 * rng.random())
        ripe = (int(fame * rng.randrange(2, 6)), int(fame * rng.randrange(0, 60) / 100))
        record = post_record(key, us, text, ripe)
        company.books.emit("facebook.published_posts", us, key, record)
        if rng.random() < 0.12:
            edited = us + rng.randrange(20, 1_800) * MINUTE
            changed = post_record(key, us, f"Update: {text}", ripe, edited_us=edited)
            company.books.emit("facebook.published_posts", edited, key, changed)
        if kind == "news" and rng.random() < 0.02:
            gone = us + rng.randrange(2, 5) * DAY
            company.books.emit("facebook.published_posts", gone, key, {"id": key, "_gone": True})
        for which in range(count(rng, CROWDS[kind] * (0.8 + company.customers * 0.0016))):
            self._comment(key, us, kind, which)

    def _comment(self, post: str, posted_us: int, kind: str, which: int) -> None:
        company = self._company
        rng = company.rng("facebook comment", post, which)
        late = rng.randrange(2, 26) * DAY if rng.random() < 0.08 else 0
        us = to_seconds(posted_us + MINUTE + int(exponential(rng, 9.0) * HOUR) + late)
        key = f"{post.partition('_')[2]}_{stable_hash(post, which) % 10**15:015d}"
        person = self._somebody(rng)
        text, meant = self._said(rng, person, kind)
        writer = _writer(person, rng)
        record = comment_record(key, post, us, text, writer, rng.randrange(0, 9))
        if meant == "spam":
            record["is_hidden"] = True
        company.books.emit("facebook.comments", us, key, record)
        gone = us + rng.randrange(1, 60) * HOUR if rng.random() < 0.06 else None
        if gone is not None:
            company.books.emit("facebook.comments", gone, key, {"id": key, "_gone": True})
        number = None if person is None else person.number
        told = "neutral" if meant == "spam" else meant
        self.comments.append(CommentFact(key, number, us, told, gone))
        if meant == "negative" and rng.random() < 0.4:
            answered = us + rng.randrange(10, 400) * MINUTE
            reply = f"{key.partition('_')[0]}_{stable_hash(post, which, 'reply') % 10**15:015d}"
            said = care_text(rng, writer["name"]).lstrip("@")
            page = {"id": PAGE, "name": "Northwind"}
            shown = comment_record(reply, post, answered, said, page, 0, parent=key)
            company.books.emit("facebook.comments", answered, reply, shown)

    def _said(self, rng: Random, person: Person | None, kind: str) -> tuple[str, str]:
        """Give the words and what they mean; `spam` means nothing."""
        if person is None and rng.random() < 0.08:
            return spam_text(rng), "spam"
        glad = 0.1 + 0.75 * (0.5 if person is None else person.mood)
        topic = kind if kind != "news" else "service" if rng.random() < 0.3 else "product"
        meant = "neutral" if rng.random() < 0.3 else "positive" if rng.random() < glad else (
            "negative"
        )  # fmt: skip
        if rng.random() < TONES[kind]:
            meant = "negative"
        words = topic if meant == "negative" or topic in {"service", "product"} else "product"
        return post_text(rng, meant, words, _raised(self._company)), meant

    def _somebody(self, rng: Random) -> Person | None:
        """Give a member whom the company knows, or nobody whom it knows."""
        if not self._members or rng.random() < 0.3:
            return None
        for _ in range(6):
            person = self._company.people[rng.choice(self._members)]
            if person.contact_id is not None and not person.is_gone and person.kind != "junk":
                return person
        return None

    def _ratings(self, day_us: int) -> None:
        company = self._company
        rng = company.rng("facebook ratings", day_us)
        for which in range(count(rng, 0.5 + company.customers * 0.0001)):
            us = day_us + rng.randrange(7 * HOUR, 22 * HOUR)
            person = self._somebody(rng)
            mood = 0.5 if person is None else person.mood
            is_good = rng.random() < 0.15 + 0.8 * mood
            if company.climate.after_outage(us, 48):
                is_good = is_good and rng.random() < 0.5
            text = comment_text(rng, "positive" if is_good else "negative")
            key = str(stable_hash("facebook rating", us, which) % 10**15)
            record = rating_record(key, to_seconds(us), is_good, text, _writer(person, rng))
            company.books.emit("facebook.ratings", to_seconds(us), key, record)
            self.counts.rate(us, is_good)

    def _count(self, day_us: int, posts: int) -> None:
        company, counts = self._company, self.counts
        counts.live(day_us, posts)
        for us in range(day_us, day_us + DAY, 6 * HOUR):
            company.books.emit("facebook.page", us, PAGE, page_record(*counts.at(us)))
        for us, metric, day, value, end_us in counts.insights(day_us):
            key = f"{metric}|{day}"
            company.books.emit("facebook.insights", us, key, insight_record(metric, value, end_us))


def _writer(person: Person | None, rng: Random) -> Record:
    number = STRANGERS + rng.randrange(900) if person is None else person.number
    first, last = name_of(number) if person is None else (person.first, person.last)
    return {"id": str(9_001_000_000 + number * 7_919), "name": f"{first} {last}"}


def _raised(company: Company) -> int:
    return max([0, *(getattr(story, "raise_percent", 0) for story in company.climate.stories)])
