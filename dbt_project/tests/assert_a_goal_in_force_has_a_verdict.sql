-- A goal whose revision is in force is never void, and one without is nothing else.

select
    scorecard.goal_slug,
    scorecard.verdict_type
from {{ ref('agg_goal_scorecard') }} as scorecard
left join {{ ref('fct_metric_targets') }} as targets
    on
        scorecard.goal_slug = targets.goal_slug
        and scorecard.revision = targets.revision
where
    targets.goal_key is null
    or targets.is_in_force = (scorecard.verdict_type = 'void')
