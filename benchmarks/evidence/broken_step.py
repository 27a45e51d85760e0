"""A step of a process breaks: the contacts again that it causes, and the first contacts it spoils.

It is known when the step broke and whose reason it was. The effect is a difference of differences:
during less the three weeks before, less the same of other reasons, which nothing else moved
then. All go by tickets, because only they have a coded reason.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks.evidence import Analytic, Connection
from benchmarks.evidence._differences import attributed, difference
from benchmarks.evidence._world import START
from sandbox.stories import BrokenStep

STORY = BrokenStep()
_ZERO = int(datetime(START.year, START.month, START.day, tzinfo=UTC).timestamp()) * 1_000_000
BEGINS = f"make_timestamp({STORY.begins(_ZERO)})"
ENDS = f"make_timestamp({STORY.ends(_ZERO)})"
BEFORE = f"{BEGINS} - interval 21 day"
REASONS = "('billing', 'account', 'delivery', 'how_to', 'other')"
# What comes sooner is the same contact: the call that a ticket notes, or a second try.
_AGAIN = "> {first} + interval 6 hour and {later} <= {first} + interval 7 day"


def _later(first: str, later: str) -> str:
    return f"{later} {_AGAIN.format(first=first, later=later)}"


# One row per true ticket about bills: whether its person came again, and whether without the story.
_TRUE = f"""
    with contacts as (
        select
            touchpoints.person_id,
            touchpoints.touchpoint_type,
            touchpoints.contact_reason as reason,
            touchpoints.story_slug,
            coalesce(calls.started_at, touchpoints.noted_at)::timestamp as at
        from truth_issue_touchpoints as touchpoints
        left join truth_calls as calls
            on
                touchpoints.touchpoint_type = 'call'
                and touchpoints.source_record_id = calls.call_id::varchar
        where
            touchpoints.touchpoint_type in ('ticket', 'crm_ticket')
            or (calls.direction = 'inbound' and calls.answered_at is not null)
    ),
    tickets as (
        select
            coalesce(bool_or(later.at is not null), false)::int as came,
            coalesce(bool_or(later.at is not null and later.story_slug is null), false)::int
                as came_anyway
        from contacts as first
        left join contacts as later
            on
                first.person_id = later.person_id
                and {_later("first.at", "later.at")}
                and {{kinds}}
        where
            first.touchpoint_type = 'ticket'
            and first.reason = 'billing'
            and first.at >= {BEGINS}
            and first.at < {ENDS}
        group by first.person_id, first.at
    )
    select {{measure}} from tickets
"""

_CAME_AGAIN = f"""
    with contacts as (
        select
            issues.customer_key,
            touchpoints.ticket_id,
            bridge.started_at,
            bridge.is_handled
        from bridge_issue_touchpoints as bridge
        inner join fct_issues as issues using (issue_key)
        inner join fct_touchpoints as touchpoints using (touchpoint_key)
        where issues.customer_key <> 'unknown'
    )
    select
        named.customer_key,
        tickets.contact_reason_type = 'billing' as is_meant,
        tickets.created_at >= {BEGINS} as is_during,
        coalesce(bool_or(later.is_handled), false)::int as happened
    from fct_tickets as tickets
    inner join (select distinct customer_key, ticket_id from contacts) as named using (ticket_id)
    left join contacts as later
        on
            named.customer_key = later.customer_key
            and {_later("tickets.created_at", "later.started_at")}
    where
        tickets.created_at >= {BEFORE}
        and tickets.created_at < {ENDS}
        and tickets.contact_reason_type in {REASONS}
    group by named.customer_key, tickets.ticket_id, is_meant, is_during
"""

_SOLVED = f"""
    select
        customer_key,
        contact_reason_type = 'billing' as is_meant,
        first_contact_at >= {BEGINS} as is_during,
        was_solved_without_repeat::int as happened
    from fct_issues
    where
        not is_censored
        and first_contact_at >= {BEFORE}
        and first_contact_at < {ENDS}
        and contact_reason_type in {REASONS}
"""


def _true(measure: str, kinds: str = "true") -> Callable[[Connection], float]:
    query = _TRUE.format(kinds=kinds, measure=measure)
    return lambda connection: float(connection.execute(query).fetchall()[0][0])


ANALYTIC = [
    Analytic(
        slug="broken_step_contacts_again",
        story=STORY.slug,
        title="Contacts again within 7 days that a broken step causes, per ticket",
        unit="share of tickets",
        planted=_true("avg(came - came_anyway)"),
        estimate=lambda connection: difference(connection, _CAME_AGAIN),
    ),
    Analytic(
        slug="broken_step_share_of_repeats",
        story=STORY.slug,
        title="Share of contacts again that a broken step causes",
        unit="share of contacts again",
        planted=_true("sum(came - came_anyway) / sum(came)"),
        estimate=lambda connection: attributed(connection, _CAME_AGAIN),
    ),
    Analytic(
        slug="broken_step_fcr",
        story=STORY.slug,
        title="First contact resolution (no repeat) that a broken step costs",
        unit="share of issues",
        planted=_true(
            "-avg(came - came_anyway)",
            "later.touchpoint_type = 'ticket' and later.reason = 'billing'",
        ),
        estimate=lambda connection: difference(connection, _SOLVED),
    ),
]
