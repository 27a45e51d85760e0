-- One row per build and day whose metrics that build booked anew.

{# The day that a changed touchpoint left is known only to the observations of the build before.
   They are read by name, not by ref, and before this build renews them: a ref would make a circle.
   The model is a log, so that a step repeated within one build still knows the days. #}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['_build_id', 'booked_on'],
    on_schema_change='fail'
) }}

{% set parts = ['int_calls', 'int_tickets', 'int_survey_responses', 'int_mentions'] %}
{% for units in parts %}
-- depends_on: {{ ref(units) }}
{% endfor %}
{% set kept = none %}
{% if execute and is_incremental() %}
    {% set kept = adapter.get_relation(this.database, this.schema, 'int_metric_observations') %}
{% endif %}

with observations as (select * from {{ ref('int_observations_unioned') }}),

{% if kept %}
changed as (
    {% for units in parts %}
    select units.touchpoint_key
    from {{ ref(units) }} as units
    where units._build_id = {{ build_id() }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

days as (
    select observations.booked_on
    from observations
    where observations.touchpoint_key in (select changed.touchpoint_key from changed)
    union distinct
    select kept.booked_on
    from {{ kept }} as kept
    where
        kept.is_provisional
        or kept.touchpoint_key in (select changed.touchpoint_key from changed)
    {{ or_days_of_new_files(mention_streams()) }}
),
{% else %}
days as (
    select distinct observations.booked_on
    from observations
),
{% endif %}

final as (
    select
        days.booked_on,
        {{ build_id() }} as _build_id
    from days
)

select * from final
