"""A step of a process breaks: the contacts again that it causes, and the first contacts it spoils.

It is known when the step broke and whose reason it was. The effect is a difference of differences:
during less the three weeks before, less the same of other reasons, which nothing else moved
then. All go by tickets, because only they have a coded reason.
"""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence._differences import attributed, difference
from benchmarks.evidence._world import START
from sandbox.stories import BrokenStep

STORY = BrokenStep()
_ZERO = int(datetime(START.year, START.month, START.day, tzinfo=UTC).timestamp()) * 1_000_000
_BEGINS = f"make_timestamp({STORY.begins(_ZERO)})"
_ENDS = f"make_timestamp({STORY.ends(_ZERO)})"
_BEFORE = f"{_BEGINS} - interval 21 day"
_CONTROLS = "('account', 'delivery', 'how_to', 'other')"

# What comes sooner is the same contact: the call that a ticket notes, or a second try.
_LATER = "{later} > {first} + interval 6 hour and {later} <= {first} + interval 7 day"


def _true(is_wide: bool) -> str:
    """Tell for each true ticket whether its person came again, and whether without the story."""
    kinds = "true" if is_wide else "later.touchpoint_type = 'ticket' and later.reason = 'billing'"
    return f"""
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
        )

        select
            first.person_id,
            first.at,
            max(case when later.at is not null then 1 else 0 end) as came,
            max(case when later.at is not null and later.story_slug is null then 1 else 0 end)
                as came_anyway
        from contacts as first
        left join contacts as later
            on
                first.person_id = later.person_id
                and {_LATER.format(later="later.at", first="first.at")}
                and {kinds}
        where
            first.touchpoint_type = 'ticket'
            and first.reason = 'billing'
            and first.at >= {_BEGINS}
            and first.at < {_ENDS}
        group by first.person_id, first.at
    """


def caused_share(connection: Connection) -> float:
    """Give the share of tickets followed by a contact that only the step brought about."""
    query = f"select avg(came - came_anyway) from ({_true(is_wide=True)})"
    return float(connection.execute(query).fetchall()[0][0])


def caused_fraction(connection: Connection) -> float:
    """Give the share of the contacts again that only the step brought about."""
    query = f"select sum(came - came_anyway) / sum(came) from ({_true(is_wide=True)})"
    return float(connection.execute(query).fetchall()[0][0])


def spoiled_share(connection: Connection) -> float:
    """Give the share of tickets followed by a ticket of their reason only because of the step."""
    query = f"select -avg(came - came_anyway) from ({_true(is_wide=False)})"
    return float(connection.execute(query).fetchall()[0][0])


_AGAIN = f"""
    select
        issues.customer_key,
        tickets.contact_reason_type = 'billing' as is_meant,
        tickets.created_at >= {_BEGINS} as is_during,
        max(case when later.started_at is not null then 1 else 0 end) as happened
    from fct_tickets as tickets
    inner join (
        select distinct
            bridge.issue_key,
            touchpoints.ticket_id
        from bridge_issue_touchpoints as bridge
        inner join fct_touchpoints as touchpoints using (touchpoint_key)
    ) as named using (ticket_id)
    inner join fct_issues as issues using (issue_key)
    left join (
        select
            issues.customer_key,
            bridge.started_at
        from bridge_issue_touchpoints as bridge
        inner join fct_issues as issues using (issue_key)
        where bridge.is_handled
    ) as later
        on
            issues.customer_key = later.customer_key
            and {_LATER.format(later="later.started_at", first="tickets.created_at")}
    where
        issues.customer_key <> 'unknown'
        and tickets.created_at >= {_BEFORE}
        and tickets.created_at < {_ENDS}
        and (
            tickets.contact_reason_type = 'billing'
            or tickets.contact_reason_type in {_CONTROLS}
        )
    group by issues.customer_key, tickets.ticket_id, is_meant, is_during
"""

_SOLVED = f"""
    select
        customer_key,
        contact_reason_type = 'billing' as is_meant,
        first_contact_at >= {_BEGINS} as is_during,
        case when was_solved_without_repeat then 1 else 0 end as happened
    from fct_issues
    where
        not is_censored
        and first_contact_at >= {_BEFORE}
        and first_contact_at < {_ENDS}
        and (contact_reason_type = 'billing' or contact_reason_type in {_CONTROLS})
"""


def again_estimate(connection: Connection) -> Estimate | None:
    """Give the excess of contacts again after tickets about bills."""
    return difference(connection, _AGAIN)


def fraction_estimate(connection: Connection) -> Estimate | None:
    """Give the excess as a share of the contacts again."""
    return attributed(connection, _AGAIN)


def solved_estimate(connection: Connection) -> Estimate | None:
    """Give the change of first contact resolution by no repeat of issues about bills."""
    return difference(connection, _SOLVED)


ANALYTIC = [
    Analytic(
        slug="broken_step_contacts_again",
        story=STORY.slug,
        title="Contacts again within 7 days that a broken step causes, per ticket",
        unit="share of tickets",
        planted=caused_share,
        estimate=again_estimate,
    ),
    Analytic(
        slug="broken_step_share_of_repeats",
        story=STORY.slug,
        title="Share of contacts again that a broken step causes",
        unit="share of contacts again",
        planted=caused_fraction,
        estimate=fraction_estimate,
    ),
    Analytic(
        slug="broken_step_fcr",
        story=STORY.slug,
        title="First contact resolution (no repeat) that a broken step costs",
        unit="share of issues",
        planted=spoiled_share,
        estimate=solved_estimate,
    ),
]
