-- One row per session on the web site.

{# Rebuilt for the days of restated events, and for days that were provisional until now. #}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='started_on',
    meta={'touched_days': ['days_of_changed_sessions', 'is_provisional']}
) }}

-- depends_on: {{ ref('stg_ga4__events') }}

with sessions as (select * from {{ ref('int_web_sessions') }}),
friction as (select * from {{ ref('int_web_friction') }}),

{# The last day known is yesterday, so three days back from it are still open at the vendor. #}
provisional as (
    select
        cast(
            {{ dbt.dateadd('day', -var('ga4_provisional_days'), 'cast(' ~ as_of() ~ ' as date)') }}
            as date
        ) as from_on
),

final as (
    select
        sessions.touchpoint_key,
        'ga4' as source_slug,
        sessions.ga_session_id,
        sessions.identifier_key,
        sessions.started_at,
        sessions.ended_at,
        sessions.started_on,
        'website' as channel_slug,
        sessions.device_type,
        sessions.is_engaged,
        sessions.started_on >= provisional.from_on as is_provisional,
        coalesce(friction.rage_click_count, 0) + coalesce(friction.dead_click_count, 0)
        + coalesce(friction.error_page_count, 0) + coalesce(friction.form_abandoned_count, 0)
        + coalesce(friction.back_and_forth_count, 0) > 0 as has_friction,
        sessions.traffic_source_name,
        sessions.traffic_medium_name,
        sessions.ga_session_number,
        sessions.event_count,
        sessions.view_count,
        sessions.feature_use_count,
        sessions.key_event_count,
        sessions.purchase_count,
        coalesce(friction.rage_click_count, 0) as rage_click_count,
        coalesce(friction.dead_click_count, 0) as dead_click_count,
        coalesce(friction.error_page_count, 0) as error_page_count,
        coalesce(friction.form_start_count, 0) as form_start_count,
        coalesce(friction.form_abandoned_count, 0) as form_abandoned_count,
        coalesce(friction.back_and_forth_count, 0) as back_and_forth_count,
        sessions.engaged_seconds,
        sessions.value_usd
    from sessions
    cross join provisional
    left join friction on sessions.touchpoint_key = friction.touchpoint_key
    {% if is_incremental() %}
    where sessions.started_on in ({{ days_of_changed_sessions('is_provisional') }})
    {% endif %}
)

select * from final
