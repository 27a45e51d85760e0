"""What one newsletter too many costs: readers who withdraw within a week, in points."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence._rates import difference
from sandbox.stories import ConsentWave

# The company knows when it mailed. The week after is compared with the same of five weeks before.
# Who withdraws was a reader, even where the CRM tells the last decision alone.
MAILED = ConsentWave().after_days
COUNTS = """
with periods as (
    select * from fct_consent_periods where purpose_slug = 'newsletter'
),
mail as (select (select min(started_on) from fct_calls) + cast(? as integer) as mailed_on),
weeks as (
    select mailed_on as from_on, true as is_after from mail
    union all
    select mailed_on - 7 * n, false from mail, unnest([1, 2, 3, 4, 5]) as back (n)
),
readers as (
    select
        weeks.is_after,
        bool_or(
            periods.status_type = 'withdrawn' and periods.started_at < weeks.from_on + 8
        ) as has_left
    from weeks
    inner join periods
        on
            case periods.status_type
                when 'withdrawn' then periods.started_at >= weeks.from_on
                else
                    periods.started_at < weeks.from_on
                    and (periods.ended_at is null or periods.ended_at >= weeks.from_on)
            end
    group by weeks.is_after, weeks.from_on, periods.identifier_key
)
select
    count(case when is_after and has_left then 1 end), count(case when is_after then 1 end),
    count(case when not is_after and has_left then 1 end), count(case when not is_after then 1 end)
from readers
"""
TRUE = """
select 100.0 * count(distinct case when cause_slug = 'consent_wave' then crm_contact_id end)
    / nullif((
        select count(*) from (
            select crm_contact_id, arg_max(status_type, decided_at) as status_type
            from truth_consent_choices, mail
            where subscription_name = 'Newsletter' and decided_at < mailed_at
            group by crm_contact_id
        ) as said where status_type = 'SUBSCRIBED'
    ), 0)
from truth_consent_choices
"""
MAIL = "with mail as (select started_at as mailed_at from truth_stories where story_slug = ?)"


def planted(connection: Connection) -> float:
    """Give the share of the readers who withdrew because of the mail."""
    return float(connection.execute(MAIL + TRUE, ["consent_wave"]).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Compare withdrawals of the days after the mail with those of five earlier weeks."""
    return difference(connection.execute(COUNTS, [MAILED]).fetchall()[0])


ANALYTIC = Analytic(
    slug="consent_wave",
    story="consent_wave",
    title="Readers who withdraw their consent after one mail too many",
    unit="points",
    planted=planted,
    estimate=estimate,
)
