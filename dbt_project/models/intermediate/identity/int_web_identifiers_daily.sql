-- One row per browser, customer number seen in it (or none), and day.

{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='seen_on',
    on_schema_change='fail'
) }}

with web_events as (
    select * from {{ ref('stg_ga4__events') }}
),

final as (
    select
        web_events.web_client_id,
        web_events.customer_number,
        web_events.event_on as seen_on,
        min(web_events.event_at) as first_seen_at,
        max(web_events.event_at) as last_seen_at
    from web_events
    where
        web_events.web_client_id is not null
        and {{ near_touched_days('web_events.event_on', ref('stg_ga4__events'), 'event_on') }}
    group by web_events.web_client_id, web_events.customer_number, web_events.event_on
)

select * from final
