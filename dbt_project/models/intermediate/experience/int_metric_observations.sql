-- One row per touchpoint and metric that counts it: the score, and the day it is booked to.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='booked_on',
    on_schema_change='fail',
    meta={'touched_days': ['days_booked_anew']}
) }}

-- depends_on: {{ ref('int_metric_days_touched') }}

with observations as (select * from {{ ref('int_observations_unioned') }}),

metric_definitions as (
    select * from {{ ref('int_metric_definitions_dated') }}
    where is_current
),

final as (
    select
        observations.metric_slug,
        observations.touchpoint_key,
        observations.booked_on,
        observations.channel_slug,
        observations.booked_on >= metric_definitions.provisional_from_on as is_provisional,
        metric_definitions.definition_version,
        observations.score
    from observations
    inner join metric_definitions on observations.metric_slug = metric_definitions.metric_slug
    {% if is_incremental() %}
    where observations.booked_on in ({{ days_booked_anew() }})
    {% endif %}
)

select * from final
