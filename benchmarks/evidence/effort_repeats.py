"""The effort that a broken step adds: contacts again per issue about bills.

The comparison is that of `broken_step`, over issues as the records of effort have them.
"""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection
from benchmarks.evidence._differences import difference
from benchmarks.evidence.broken_step import BEFORE, BEGINS, ENDS, REASONS, STORY

# A true issue is one wish; what follows within six hours is the same contact.
TRUE = f"""
with contacts as (
    select
        touchpoints.issue_id,
        touchpoints.story_slug,
        coalesce(calls.started_at, touchpoints.noted_at)::timestamp as seen_at
    from truth_issue_touchpoints as touchpoints
    left join truth_calls as calls
        on
            touchpoints.touchpoint_type = 'call'
            and touchpoints.source_record_id = calls.call_id::varchar
    where
        touchpoints.contact_reason = 'billing'
        and (
            touchpoints.touchpoint_type in ('ticket', 'crm_ticket')
            or (calls.direction = 'inbound' and calls.answered_at is not null)
        )
),
followed as (
    select
        *,
        min(seen_at) over issue as first_at,
        seen_at > lag(seen_at) over issue + interval 6 hour as is_again
    from contacts
    window issue as (partition by issue_id order by seen_at)
),
issues as (
    select count(case when is_again and story_slug = '{STORY.slug}' then 1 end) as caused
    from followed
    where first_at >= {BEGINS} and first_at < {ENDS}
    group by issue_id
)
select avg(caused) from issues
"""
FOUND = f"""
select
    issues.customer_key,
    issues.contact_reason_type = 'billing' as is_meant,
    issues.first_contact_at >= {BEGINS} as is_during,
    efforts.repeat_contact_count as happened
from agg_issue_effort as efforts
inner join fct_issues as issues using (issue_key)
where
    issues.customer_key <> 'unknown'
    and issues.first_contact_at >= {BEFORE}
    and issues.first_contact_at < {ENDS}
    and issues.contact_reason_type in {REASONS}
"""


def planted(connection: Connection) -> float:
    """Give the contacts per issue that only the step brought about."""
    return float(connection.execute(TRUE).fetchall()[0][0])


ANALYTIC = Analytic(
    slug="effort_repeats",
    story=STORY.slug,
    title="Effort that a broken step adds: contacts again per issue",
    unit="contacts",
    planted=planted,
    estimate=lambda connection: difference(connection, FOUND),
)
