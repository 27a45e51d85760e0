-- One row per GA4 session, booked to the day of its first event.

{# The biggest stream of all: only the touched days are read, with their neighbours, because a
   session that crosses midnight has its tail on the next day (var session_span_days). #}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='started_on',
    on_schema_change='fail',
    meta={'touched_days': ['days_of_changed_sessions']}
) }}

with events as (select * from {{ ref('stg_ga4__events') }}),
key_events as (select * from {{ ref('web_key_events') }}),
scrubbed as (select * from {{ ref('int_texts_scrubbed') }}),

{% if is_incremental() %}
touched as (
    {{ days_of_changed_sessions() }}
),

days_to_read as (
    {% for days in neighbour_days() %}
    select cast({{ dbt.dateadd('day', days, 'touched.started_on') }} as date) as event_on
    from touched
    {{ 'union distinct' if not loop.last }}
    {% endfor %}
),
{% endif %}

events_read as (
    select
        events.*,
        key_events.event_name is not null as is_key_event,
        sources.shown_text as traffic_source_name,
        mediums.shown_text as traffic_medium_name
    from events
    left join key_events on events.event_name = key_events.event_name
    left join scrubbed as sources on events.source_name = sources.text
    left join scrubbed as mediums on events.medium_name = mediums.text
    where
        events.ga_session_id is not null
        {% if is_incremental() %}
        and events.event_on in (select days_to_read.event_on from days_to_read)
        {% endif %}
),

{# Two customers on one device in one session: the greater number, to be the same each time. #}
sessions as (
    select
        events_read.web_client_id,
        events_read.ga_session_id,
        max(events_read.customer_number) as customer_number,
        max(events_read.ga_session_number) as ga_session_number,
        min(events_read.event_at) as started_at,
        max(events_read.event_at) as ended_at,
        min(events_read.event_on) as started_on,
        min(case when events_read.event_name = 'feature_use' then events_read.event_at end)
            as first_used_at,
        min(events_read.device_type) as device_type,
        {{ arg_min('events_read.traffic_source_name', 'events_read.event_at') }}
            as traffic_source_name,
        {{ arg_min('events_read.traffic_medium_name', 'events_read.event_at') }}
            as traffic_medium_name,
        count(*) as event_count,
        count(case when events_read.event_name = 'page_view' then 1 end) as view_count,
        count(case when events_read.event_name = 'feature_use' then 1 end) as feature_use_count,
        count(case when events_read.is_key_event then 1 end) as key_event_count,
        count(distinct events_read.transaction_code) as purchase_count,
        coalesce(sum(events_read.engagement_milliseconds), 0) / 1000.0 as engaged_seconds,
        coalesce(sum(events_read.value_usd), 0) as value_usd
    from events_read
    group by events_read.web_client_id, events_read.ga_session_id
),

final as (
    select
        {{ surrogate_key([
            "'ga4'", "'web_session'", 'sessions.web_client_id', 'sessions.ga_session_id'
        ]) }} as touchpoint_key,
        {{ identifier_key_or_unknown('web_client_id', 'sessions.web_client_id') }}
            as identifier_key,
        sessions.*,
        sessions.engaged_seconds >= {{ var('session_engaged_seconds') }}
        or sessions.key_event_count >= {{ var('session_engaged_key_events') }}
        or sessions.view_count >= {{ var('session_engaged_views') }} as is_engaged,
        {{ build_id() }} as _build_id
    from sessions
    {% if is_incremental() %}
    where sessions.started_on in (select touched.started_on from touched)
    {% endif %}
)

select * from final
