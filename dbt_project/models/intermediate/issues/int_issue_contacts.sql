-- One row per call, ticket or CRM ticket: the contacts that open an issue or go on with one.

with touchpoints as (
    select * from {{ ref('int_touchpoints_unioned') }}
    where
        touchpoint_type in ('call', 'ticket', 'crm_ticket')
        and not is_deleted
        {# A call of the company belongs to an issue by its ticket or to none. #}
        and (direction_type = 'inbound' or ticket_id is not null)
),

identifiers_resolved as (select * from {{ ref('int_identifiers_resolved') }}),
calls as (select * from {{ ref('int_calls') }}),

tickets as (
    select * from {{ ref('stg_zendesk__tickets') }}
    where not is_deleted
),

crm_tickets as (select * from {{ ref('int_crm_tickets') }}),
contact_reasons as (select * from {{ ref('contact_reasons') }}),

reasons as (
    select
        touchpoints.*,
        case
            when touchpoints.touchpoint_type = 'crm_ticket' then crm_tickets.category_type
            else tickets.contact_reason_type
        end as source_reason_type,
        calls.is_answered,
        calls.is_voicemail and calls.completion_type = 'completed' as has_message,
        {# Calls of one ticket and the ticket are one unit: they can never part. #}
        coalesce('ticket ' || cast(touchpoints.ticket_id as string), touchpoints.touchpoint_key)
            as unit_key
    from touchpoints
    left join calls on touchpoints.touchpoint_key = calls.touchpoint_key
    left join tickets on touchpoints.ticket_id = tickets.ticket_id
    left join crm_tickets on touchpoints.touchpoint_key = crm_tickets.touchpoint_key
),

{# Who hangs up in the queue tried to reach the company and did not: that is no handled contact. #}
final as (
    select
        reasons.touchpoint_key,
        reasons.touchpoint_type,
        reasons.unit_key,
        coalesce(identifiers_resolved.customer_key, 'unknown') as customer_key,
        reasons.ticket_id,
        reasons.started_at,
        reasons.started_on,
        reasons.channel_slug,
        reasons.direction_type,
        contact_reasons.contact_reason_type,
        coalesce(contact_reasons.is_first_line, true) as is_first_line,
        reasons.direction_type = 'inbound'
        and (
            reasons.touchpoint_type <> 'call'
            or coalesce(reasons.is_answered or reasons.has_message, false)
        ) as is_handled
    from reasons
    left join identifiers_resolved
        on reasons.identifier_key = identifiers_resolved.identifier_key
    left join contact_reasons
        on
            reasons.source_slug = contact_reasons.source_slug
            and lower(reasons.source_reason_type) = contact_reasons.source_reason_type
)

select * from final
