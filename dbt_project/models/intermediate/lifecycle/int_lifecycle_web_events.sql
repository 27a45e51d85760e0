-- One row per visit, and one per visit with product use: what a browser tells about the lifecycle.

{{ config(materialized='view') }}

with web_sessions as (select * from {{ ref('int_web_sessions') }}),

identified_sessions as (
    select
        *,
        web_client_id || '|' || cast(ga_session_id as string) as source_record_key,
        -- Who signed in counts, not whose browser it is: a family may share one.
        {{ identifier_key(
            "case when customer_number is null then 'web_client_id' else 'customer_number' end",
            'coalesce(customer_number, web_client_id)'
        ) }} as visitor_key
    from web_sessions
),

final as (
    select
        visitor_key as identifier_key,
        source_record_key,
        started_at as event_at,
        'visit' as event_type,
        traffic_medium_name as medium_name
    from identified_sessions
    union all
    select
        visitor_key as identifier_key,
        source_record_key,
        first_used_at as event_at,
        'use' as event_type,
        traffic_medium_name as medium_name
    from identified_sessions
    where first_used_at is not null
)

select * from final
