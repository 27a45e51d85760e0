-- One row per visit, and one per visit with product use: what a browser tells about the lifecycle.

{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='event_on',
    on_schema_change='fail'
) }}

with web_events as (
    select * from {{ ref('stg_ga4__events') }}
),

sessions as (
    -- A session may pass midnight: days are read one further on each side than they are written.
    select
        web_client_id,
        ga_session_id,
        {{ arg_min('customer_number', 'event_at') }} as customer_number,
        {{ arg_min('medium_name', 'event_at') }} as medium_name,
        min(event_at) as visited_at,
        min(case when event_name = '{{ var("use_event_name") }}' then event_at end) as used_at
    from web_events
    where
        web_client_id is not null
        and ga_session_id is not null
        and {{ near_touched_days('event_on', ref('stg_ga4__events'), 'event_on', reach=2) }}
    group by web_client_id, ga_session_id
),

session_moments as (
    select sessions.*, 'visit' as event_type, sessions.visited_at as event_at from sessions
    union all
    select sessions.*, 'use' as event_type, sessions.used_at as event_at from sessions
    where sessions.used_at is not null
),

final as (
    select
        {{ surrogate_key(['web_client_id', 'ga_session_id', 'event_type']) }} as web_event_key,
        {{ identifier_key(
            "case when customer_number is null then 'web_client_id' else 'customer_number' end",
            'coalesce(customer_number, web_client_id)'
        ) }} as identifier_key,
        web_client_id || '|' || cast(ga_session_id as string) as source_record_key,
        event_at,
        cast(event_at as date) as event_on,
        event_type,
        medium_name
    from session_moments
    where {{ near_touched_days(
        'cast(event_at as date)', ref('stg_ga4__events'), 'event_on', reach=1
    ) }}
)

select * from final
