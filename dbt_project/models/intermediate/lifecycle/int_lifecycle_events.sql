-- One row per event that moves a customer's lifecycle.

with web_events as (select * from {{ ref('int_lifecycle_web_events') }}),
crm_events as (select * from {{ ref('int_lifecycle_crm_events') }}),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

event_types as (select * from {{ ref('lifecycle_event_types') }}),

events_unioned as (
    select
        identifier_key,
        'ga4' as source_slug,
        source_record_key,
        event_at,
        event_type,
        medium_name
    from web_events
    union all
    select
        {{ identifier_key("'crm_contact_id'", 'contact_id') }} as identifier_key,
        'hubspot' as source_slug,
        source_record_key,
        event_at,
        event_type,
        null as medium_name
    from crm_events
),

events_of_customers as (
    select
        resolution.customer_key,
        events_unioned.source_slug,
        events_unioned.source_record_key,
        events_unioned.event_at,
        events_unioned.event_type,
        event_types.event_rank,
        events_unioned.medium_name,
        row_number() over (
            partition by resolution.customer_key, events_unioned.event_type
            order by events_unioned.event_at, events_unioned.source_record_key
        ) as occurrence
    from events_unioned
    inner join resolution on events_unioned.identifier_key = resolution.identifier_key
    inner join event_types on events_unioned.event_type = event_types.event_type
    where events_unioned.event_at < {{ as_of() }}
),

final as (
    select
        {{ surrogate_key(['event_type', 'source_record_key']) }} as lifecycle_event_key,
        customer_key,
        source_slug,
        source_record_key,
        event_at,
        event_type,
        event_rank,
        medium_name
    from events_of_customers
    -- One becomes a lead once: a second CRM contact of the same person is a duplicate.
    where event_type <> 'lead' or occurrence = 1
)

select * from final
