-- One row per goal and revision: the metric over the goal's period, as far as it has come.

{{ config(materialized='view') }}

with targets as (select * from {{ ref('int_goal_targets') }}),
observations as (select * from {{ ref('int_metric_observations') }}),

final as (
    select
        targets.goal_key,
        count(observations.score) as sample_count,
        sum(observations.score) / nullif(count(observations.score), 0) as value,
        {{ margin_of_error(
            'count(observations.score)',
            'sum(observations.score)',
            'sum(observations.score * observations.score)'
        ) }} as margin_of_error,
        coalesce(max(case when observations.is_provisional then 1 else 0 end), 0) = 1
            as is_provisional
    from targets
    left join observations
        on
            targets.metric_slug = observations.metric_slug
            and observations.booked_on >= cast(targets.starts_on as date)
            and observations.booked_on < cast(targets.ends_on as date)
            and (
                targets.segment_type = 'all'
                or targets.segment_slug = observations.channel_slug
            )
    group by targets.goal_key
)

select * from final
