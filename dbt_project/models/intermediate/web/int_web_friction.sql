-- One row per GA4 session with a page seen or a sign of friction, and what tells of friction.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='started_on',
    on_schema_change='fail',
    meta={'touched_days': ['days_of_changed_sessions']}
) }}

with events as (select * from {{ ref('stg_ga4__events') }}),

sessions as (
    select * from {{ ref('int_web_sessions') }}
    {% if is_incremental() %}
    where started_on in ({{ days_of_changed_sessions() }})
    {% endif %}
),

friction_events as (select * from {{ ref('web_friction_events') }}),

events_read as (
    select
        sessions.touchpoint_key,
        sessions.started_on,
        events.event_key,
        events.event_at,
        events.event_name,
        events.page_location,
        friction_events.friction_type,
        friction_events.form_slug
    from events
    inner join sessions
        on
            events.web_client_id = sessions.web_client_id
            and events.ga_session_id = sessions.ga_session_id
    left join friction_events on events.event_name = friction_events.event_name
    where events.event_name = 'page_view' or friction_events.event_name is not null
),

views as (
    select
        events_read.*,
        lag(events_read.page_location) over viewed as page_before,
        lag(events_read.page_location, 2) over viewed as page_before_that,
        lag(events_read.event_at) over viewed as viewed_before_at
    from events_read
    where events_read.event_name = 'page_view'
    window viewed as (
        partition by events_read.touchpoint_key order by events_read.event_at, events_read.event_key
    )
),

{# There and back within seconds: the page was not the one looked for. #}
returns as (
    select
        views.touchpoint_key,
        count(*) as back_and_forth_count
    from views
    where
        views.page_location = views.page_before_that
        and views.page_location <> views.page_before
        and {{ epoch_seconds('views.event_at') }} - {{ epoch_seconds('views.viewed_before_at') }}
        <= {{ var('friction_return_seconds') }}
    group by views.touchpoint_key
),

forms as (
    select
        events_read.touchpoint_key,
        count(*) as form_start_count,
        count(case when events_read.is_left then 1 end) as form_abandoned_count
    from (
        select
            touchpoint_key,
            form_slug,
            count(case when friction_type = 'form_end' then 1 end) = 0 as is_left
        from events_read
        where form_slug is not null
        group by touchpoint_key, form_slug
        having count(case when friction_type = 'form_start' then 1 end) > 0
    ) as events_read
    group by events_read.touchpoint_key
),

clicks as (
    select
        touchpoint_key,
        started_on,
        count(case when friction_type = 'rage_click' then 1 end) as rage_click_count,
        count(case when friction_type = 'dead_click' then 1 end) as dead_click_count,
        count(case when friction_type = 'error_page' then 1 end) as error_page_count
    from events_read
    group by touchpoint_key, started_on
),

final as (
    select
        clicks.*,
        coalesce(forms.form_start_count, 0) as form_start_count,
        coalesce(forms.form_abandoned_count, 0) as form_abandoned_count,
        coalesce(returns.back_and_forth_count, 0) as back_and_forth_count
    from clicks
    left join forms on clicks.touchpoint_key = forms.touchpoint_key
    left join returns on clicks.touchpoint_key = returns.touchpoint_key
)

select * from final
