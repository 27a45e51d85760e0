-- One row per touchpoint and metric that counts it, over all sources, as they stand now.

{{ config(materialized='view') }}

{% set parts = [
    'int_survey_responses_scored', 'int_calls_scored', 'int_tickets_scored', 'int_mentions_scored'
] %}

with final as (
    {% for part in parts %}
    select
        observations.metric_slug,
        observations.touchpoint_key,
        observations.booked_on,
        observations.channel_slug,
        observations.score
    from {{ ref(part) }} as observations
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
