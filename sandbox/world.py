"""The simulated company as the vendors' faces see it.

A world lives day by day and never goes back: what a day wrote stays, whatever horizon follows.
Give the same seed, number of customers and first day, and every machine makes the same bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter

import pyarrow as pa

from sandbox import (
    answers,
    asking_again,
    bluesky,
    browsing,
    business,
    buying,
    calls,
    campaigns,
    caring,
    consents,
    crm,
    habits,
    metering,
    posts,
    refilling,
    rivals,
    searches,
    talk,
    tickets,
)
from sandbox.books import Hit, Record, Session, Version
from sandbox.company import Company, Handler, found
from sandbox.forms import Forms
from sandbox.founding import populate
from sandbox.moments import DAY, MINUTE, as_us, iso_millis, start_of
from sandbox.opinions import Opinions
from sandbox.organizations import organizations_day
from sandbox.page import Page
from sandbox.render_bluesky import SkyPost
from sandbox.render_ga4 import day_table
from sandbox.render_talk import write_shifts
from sandbox.render_x import with_counts, withdrawal
from sandbox.service_desk import service_day
from sandbox.stories import PLANTED, Story

__all__ = ["Record", "Version", "World"]

EXPORTED_AFTER = 5 * MINUTE  # the day table stands five minutes after midnight

HANDLERS: Mapping[str, Handler] = {
    "answer": answers.answer,
    "answer_again": answers.answer_again,
    "answered": calls.answered,
    "archive_contact": crm.archive_contact,
    "begin_refills": refilling.begin_refills,
    "brand_post": posts.brand_post,
    "browse": browsing.browse,
    "call_charged": calls.call_charged,
    "call_over": calls.call_over,
    "care": posts.care,
    "choose": consents.choose,
    "come_back": consents.come_back,
    "contact": habits.contact,
    "deal_advance": buying.deal_advance,
    "deal_close": buying.deal_close,
    "deal_open": buying.deal_open,
    "dial": calls.dial,
    "double_crm_ticket": business.double_crm_ticket,
    "double_firm": business.double_firm,
    "duplicate": buying.duplicate,
    "end_crm_ticket": business.end_crm_ticket,
    "end_firm": business.end_firm,
    "feel_outage": buying.feel_outage,
    "follow_up": posts.follow_up,
    "give_care": caring.give_care,
    "hear_price": buying.hear_price,
    "itemise": business.itemise,
    "join_firm": business.join_firm,
    "junk_lead": crm.junk_lead,
    "lead": buying.lead,
    "merge_contact": crm.merge_contact,
    "merge_firm": business.merge_firm,
    "move_crm_ticket": business.move_crm_ticket,
    "open_crm_ticket": business.open_crm_ticket,
    "order": browsing.order,
    "post": posts.post,
    "queue": calls.queue,
    "rating": answers.rating,
    "rating_changed": answers.rating_changed,
    "rating_offered": answers.rating_offered,
    "refill": refilling.refill,
    "ring": calls.ring,
    "routine": browsing.routine,
    "say_solved": asking_again.say_solved,
    "settle": buying.settle,
    "sla_due": metering.sla_due,
    "ticket_assigned": tickets.ticket_assigned,
    "ticket_closed": tickets.ticket_closed,
    "ticket_deleted": tickets.ticket_deleted,
    "ticket_rated": tickets.ticket_rated,
    "ticket_reopened": tickets.ticket_reopened,
    "ticket_replied": tickets.ticket_replied,
    "ticket_solved": tickets.ticket_solved,
    "ticket_touched": tickets.ticket_touched,
    "withdraw": consents.withdraw,
    "write_in": tickets.write_in,
}


def live_day(company: Company, day_us: int) -> None:
    """Live one whole day."""
    company.begin_day(day_us)
    write_shifts(company)
    organizations_day(company, day_us)
    habits.arrive(company, day_us)
    habits.stories_touch(company, day_us)
    campaigns.mail_day(company, day_us)
    habits.wake(company, day_us)
    posts.brand_day(company, day_us)
    talk.talk_day(company, day_us)
    service_day(company, day_us)
    company.play(HANDLERS)
    bluesky.bluesky_day(company, day_us)
    company.rival_posts += rivals.rivals_day(company, day_us)


class World:
    """A company whose days are simulated once and never change afterwards.

    `stories=()` gives the placebo: the same people without the planted incidents.
    """

    def __init__(
        self, seed: int, customers: int, start: date, stories: Sequence[Story] = PLANTED
    ) -> None:
        self.seed = seed
        self.customers = customers
        self.start = start
        self.company = found(seed, customers, start, stories)
        self.page, self.forms = Page(self.company), Forms(self.company)
        self.opinions = Opinions(self.company)
        self._next_us = self.company.start_us
        self._sorted: dict[str, int] = {}

    def advance(self, now: datetime) -> None:
        """Simulate whole days up to and including the day of `now`."""
        now_us = as_us(now)
        while self._next_us <= now_us:
            if self._next_us == self.company.start_us:
                populate(self.company)
            live_day(self.company, self._next_us)
            self.page.live(self._next_us)
            self.forms.live(self._next_us)
            self.opinions.live(self._next_us)
            self._next_us += DAY

    def versions(self, name: str, now: datetime) -> list[Version]:
        """Give all versions of a stream with `at` <= now, ordered by (at, key)."""
        rows = self.company.books.versions[name]
        if self._sorted.get(name) != len(rows):
            rows.sort(key=attrgetter("at", "key"))
            self._sorted[name] = len(rows)
        return rows[: bisect_right(rows, now, key=attrgetter("at"))]

    def sky_posts(self, now: datetime) -> list[SkyPost]:
        """Give the posts that Bluesky has indexed at `now`, latest first as it sorts them."""
        now_us = as_us(now)
        found = [post for post in self.company.sky_posts if post.seen_us <= now_us]
        return sorted(found, key=lambda post: (post.sort_us, post.uri), reverse=True)

    def x_posts(self, now: datetime) -> list[Record]:
        """Give the posts as the API shows them at `now`, the company's own among them."""
        now_us = as_us(now)
        return [
            with_counts(post.record, post.ripe, now_us - post.us)
            for post in self.company.x_records
            if post.is_shown(now_us)
        ]

    def x_withdrawn(self, now: datetime) -> list[Record]:
        """Give the posts that their authors or X took away before `now`, without their content."""
        now_us = as_us(now)
        return [
            withdrawal(post.record, iso_millis(post.gone[0]), post.gone[1])
            for post in self.company.x_records
            if post.gone is not None and post.gone[0] <= now_us
        ]

    def x_users(self) -> dict[str, Record]:
        """Give the accounts by id."""
        return dict(self.company.x_accounts)

    def ga4_day(self, day: date, now: datetime) -> pa.Table | None:
        """Give the export table of a day as it stands at `now`, None before it exists."""
        rows = self.ga4_hits(day, now)
        return None if rows is None else day_table(rows)

    def ga4_hits(self, day: date, now: datetime) -> list[tuple[Session, Hit]] | None:
        """Give the hits of a day as they stand at `now`, None before the day is exported.

        It is written five minutes after each midnight, with what had arrived by that midnight.
        """
        day_us = start_of(day)
        arrived_us = (as_us(now) - EXPORTED_AFTER) // DAY * DAY
        if arrived_us < day_us + DAY or day < self.start:
            return None
        return [
            (session, hit)
            for session, hit in self.company.books.hits[day_us // DAY]
            if hit.late_us is None or hit.late_us < arrived_us
        ]

    def search_day(self, day: date, now: datetime) -> list[searches.Found] | None:
        """Give the search results of a day, None before they are final."""
        day_us = start_of(day)
        if day < self.start:
            return []
        if as_us(now) < searches.final_us(self.company, day_us):
            return None
        return searches.day_found(self.company, day_us)
