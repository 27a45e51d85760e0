-- One row per kind of touchpoint and day: what it achieved and what came after it.

with effects as (select * from {{ ref('int_touchpoint_effects_settled') }}),

final as (
    select
        effects.touchpoint_type,
        effects.started_on,
        max(case when effects.is_again_settled and effects.is_stage_settled then 0 else 1 end) = 1
            as is_provisional,
        count(*) as touchpoint_count,
        count(case when effects.has_reached_goal then 1 end) as goal_count,
        cast(avg(case when effects.has_reached_goal then 1.0 else 0.0 end) as double)
            as goal_reached_rate,
        count(effects.satisfied_score) as csat_answer_count,
        cast(avg(effects.satisfied_score) as double) as csat_rate,
        count(effects.ces_score) as ces_answer_count,
        cast(avg(effects.ces_score) as double) as ces_mean_score,
        count(effects.again_score) as again_settled_count,
        cast(avg(effects.again_score) as double) as contact_again_rate,
        count(effects.stage_score) as stage_settled_count,
        cast(avg(effects.stage_score) as double) as next_stage_rate
    from effects
    group by effects.touchpoint_type, effects.started_on
)

select * from final
