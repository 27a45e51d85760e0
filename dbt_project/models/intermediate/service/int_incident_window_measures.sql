-- One row per window of an incident and measure: what was observed in it.

with windows as (select * from {{ ref('int_incident_windows') }}),
measures as (select * from {{ ref('impact_measures') }}),
observations as (select * from {{ ref('int_impact_observations') }}),

spans as (
    select
        windows.incident_id,
        windows.weeks_back,
        measures.measure_slug,
        measures.is_mean,
        windows.starts_at,
        case
            when measures.window_type = 'answer' then windows.answers_end_at else windows.ends_at
        end as ends_at
    from windows
    cross join measures
),

summed as (
    select
        spans.incident_id,
        spans.weeks_back,
        spans.measure_slug,
        spans.is_mean,
        spans.starts_at,
        spans.ends_at,
        count(observations.score) as observation_count,
        cast(coalesce(sum(observations.score), 0) as double) as score_sum,
        cast(coalesce(sum(observations.score * observations.score), 0) as double)
            as score_squared_sum
    from spans
    left join observations
        on
            spans.measure_slug = observations.measure_slug
            and spans.starts_at <= observations.observed_at
            and spans.ends_at > observations.observed_at
    where spans.ends_at <= {{ as_of() }}
    group by
        spans.incident_id,
        spans.weeks_back,
        spans.measure_slug,
        spans.is_mean,
        spans.starts_at,
        spans.ends_at
),

final as (
    select
        summed.*,
        case
            when summed.is_mean then summed.score_sum / nullif(summed.observation_count, 0)
            else summed.score_sum
        end as value
    from summed
)

select * from final
