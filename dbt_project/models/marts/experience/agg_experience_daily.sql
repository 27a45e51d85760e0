-- One row per metric, segment and day on which the metric has at least one observation.

{# Sums stand beside the value, so that any period and any set of channels adds up exactly: value =
   sum of score_sum / sum of sample_count. #}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='booked_on',
    meta={'touched_days': ['days_booked_anew']},
    post_hook="{{ carry_trust() }}"
) }}

-- depends_on: {{ ref('int_metric_days_touched') }}

with observations as (
    select * from {{ ref('int_metric_observations') }}
    {% if is_incremental() %}
    where booked_on in ({{ days_booked_anew() }})
    {% endif %}
),

metric_definitions as (
    select * from {{ ref('int_metric_definitions_dated') }}
    where is_current
),

summed as (
    select
        segmented.metric_slug,
        segmented.segment_type,
        segmented.segment_slug,
        segmented.booked_on,
        segmented.definition_version,
        max(case when segmented.is_provisional then 1 else 0 end) = 1 as is_provisional,
        count(*) as sample_count,
        sum(segmented.score) as score_sum,
        sum(segmented.score * segmented.score) as score_squared_sum
    from {{ in_segments('observations') }} as segmented
    group by
        segmented.metric_slug,
        segmented.segment_type,
        segmented.segment_slug,
        segmented.booked_on,
        segmented.definition_version
),

final as (
    select
        summed.metric_slug,
        summed.segment_type,
        summed.segment_slug,
        summed.booked_on,
        summed.definition_version,
        metric_definitions.variant_slug,
        summed.is_provisional,
        summed.sample_count,
        summed.score_sum / summed.sample_count as value,
        {{ margin_of_error('summed.sample_count', 'summed.score_sum', 'summed.score_squared_sum') }}
            as margin_of_error,
        {# Set afterwards, by the macro carry_trust. #}
        cast(null as string) as trust_grade,
        summed.score_sum,
        summed.score_squared_sum
    from summed
    inner join metric_definitions on summed.metric_slug = metric_definitions.metric_slug
)

select * from final
