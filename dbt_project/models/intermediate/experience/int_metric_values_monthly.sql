-- One row per metric and month with observations: its value as it stands now.

{{ config(materialized='view') }}

with observations as (select * from {{ ref('int_metric_observations') }}),

summed as (
    select
        observations.metric_slug,
        cast({{ dbt.date_trunc('month', 'observations.booked_on') }} as date) as booked_month,
        max(observations.definition_version) as definition_version,
        count(*) as sample_count,
        sum(observations.score) as score_sum,
        sum(observations.score * observations.score) as score_squared_sum
    from observations
    group by
        observations.metric_slug,
        cast({{ dbt.date_trunc('month', 'observations.booked_on') }} as date)
),

{# Rounded: another order of adding up is no other value. #}
final as (
    select
        summed.metric_slug,
        summed.booked_month,
        summed.definition_version,
        summed.sample_count,
        round(summed.score_sum / summed.sample_count, 9) as value,
        {{ margin_of_error('summed.sample_count', 'summed.score_sum', 'summed.score_squared_sum') }}
            as margin_of_error
    from summed
)

select * from final
