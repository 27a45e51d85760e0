"""An auditor who reads a question more strictly: by how much, and what it does to agreement.

It is known whom and which question to look at, as a quality desk knows after a look at its pairs.
The truth holds both readings of every audit; the marts hold the second one of a part of them.
"""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence._rates import difference
from sandbox.stories import DifferingAuditors

STORY = DifferingAuditors()
BEGINS = "(select started_at from truth_stories where story_slug = 'differing_auditors')"
TRUE_SHARE = f"""
select 100 * avg(cast(answer_type <> answer_without_story_type as integer))
from truth_audit_readings
where auditor_id = ? and question_slug = ? and read_at >= {BEGINS}
"""
# The others' yes less the auditor's own, on the same contacts.
PAIRS = f"""
select
    count(*), 100 * avg(stricter), 100 * stddev_samp(stricter) / sqrt(count(*))
from (
    select
        (cast(second_answer_type = 'yes' as integer) - cast(answer_type = 'yes' as integer))
        * case when auditor_id = $auditor then 1 else -1 end as stricter
    from fct_interaction_audits
    where question_slug = $question and has_second_reading
        and $auditor in (auditor_id, second_auditor_id)
        and audited_at at time zone 'UTC' >= {BEGINS}
)
"""
TRUE_AGREEMENT = """
with months as (
    select
        date_trunc('month', first.read_at) as audited_month,
        avg(cast(first.answer_type = second.answer_type as integer)) as agreed
    from truth_audit_readings as first
    inner join truth_audit_readings as second using (audit_id, question_slug)
    where question_slug = ? and not first.is_second and second.is_second
    group by audited_month
)
select 100 * (arg_min(agreed, audited_month) - arg_max(agreed, audited_month)) from months
"""
AGREEMENT = """
select
    arg_min(round(observed_rate * pair_count), audited_month), arg_min(pair_count, audited_month),
    arg_max(round(observed_rate * pair_count), audited_month), arg_max(pair_count, audited_month)
from agg_audit_agreement_monthly where question_slug = ?
having count(*) > 1
"""
MIN_PAIRS = 20


def stricter_share(connection: Connection) -> float:
    """Give the share of the auditor's readings that the story turned from yes to no."""
    found = connection.execute(TRUE_SHARE, [STORY.auditor_id, STORY.question]).fetchall()
    return float(found[0][0])


def stricter_estimate(connection: Connection) -> Estimate | None:
    """Compare the auditor with whoever read the same contact."""
    known = {"auditor": STORY.auditor_id, "question": STORY.question}
    pairs, value, error = connection.execute(PAIRS, known).fetchall()[0]
    if pairs < MIN_PAIRS:
        return None
    return Estimate(value, value - 1.96 * error, value + 1.96 * error)


def lost_agreement(connection: Connection) -> float:
    """Give how much more often both readers of an audit agreed before the story than at last."""
    return float(connection.execute(TRUE_AGREEMENT, [STORY.question]).fetchall()[0][0])


def agreement_estimate(connection: Connection) -> Estimate | None:
    """Compare the first month, before the story, with the last one."""
    found = connection.execute(AGREEMENT, [STORY.question]).fetchall()
    return difference([int(one) for one in found[0]]) if found else None


ANALYTIC = [
    Analytic(
        slug="auditor_strictness",
        story=STORY.slug,
        title="Contacts that one auditor marks down and others do not",
        unit="points",
        planted=stricter_share,
        estimate=stricter_estimate,
    ),
    Analytic(
        slug="auditor_agreement",
        story=STORY.slug,
        title="Agreement of auditors lost on one question",
        unit="points",
        planted=lost_agreement,
        estimate=agreement_estimate,
    ),
]
