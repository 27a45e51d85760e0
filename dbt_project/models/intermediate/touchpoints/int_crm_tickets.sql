-- One row per ticket of the CRM, deleted ones flagged, as a touchpoint.

{{ config(materialized='view') }}

with tickets as (select * from {{ ref('stg_hubspot__tickets') }}),
channel_mappings as (select * from {{ ref('channel_mappings') }}),
care_programmes as (select * from {{ ref('care_programmes') }}),

{# A ticket that was merged into another one is deleted in the CRM: the wish came once. #}
final as (
    select
        {{ surrogate_key(["'hubspot'", "'crm_ticket'", 'tickets.ticket_id']) }} as touchpoint_key,
        'hubspot' as source_slug,
        tickets.ticket_id as source_record_id,
        {{ identifier_key_or_unknown('crm_contact_id', 'tickets.contact_id') }} as identifier_key,
        cast(null as bigint) as ticket_id,
        tickets.created_at as started_at,
        tickets.closed_at as ended_at,
        cast(tickets.created_at as date) as started_on,
        coalesce(channel_mappings.channel_slug, 'unknown') as channel_slug,
        'crm_ticket' as touchpoint_type,
        {# Care is the company's own call, no wish of the customer's. #}
        case when care_programmes.category_type is null then 'inbound' else 'outbound' end
            as direction_type,
        case when tickets.closed_at is null then 'open' else 'closed' end as outcome_type,
        tickets.category_type,
        tickets.is_deleted,
        tickets._build_id
    from tickets
    left join channel_mappings
        on
            channel_mappings.source_slug = 'hubspot'
            and lower(tickets.source_type) = channel_mappings.source_channel_type
    left join care_programmes on tickets.category_type = care_programmes.category_type
    where tickets.created_at is not null
)

select * from final
