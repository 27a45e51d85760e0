-- One row per customer, the unknown one among them: what identity and lifecycle say of it.

with resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

customers as (
    select customer_key from resolution
    union distinct
    -- Facts that nobody could be found for need a customer too.
    select 'unknown' as customer_key
),

lifecycle_events as (select * from {{ ref('int_lifecycle_events') }}),

seen as (
    select
        customer_key,
        min(case when identifier_type = 'customer_number' then identifier_value end)
            as customer_number,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        count(*) as identifier_count,
        count(case when identifier_type = 'crm_contact_id' then 1 end) as crm_contact_count,
        bool_or(identifier_type = 'zendesk_user_id') as is_in_zendesk,
        bool_or(identifier_type = 'web_client_id') as is_on_web,
        bool_or(identifier_type = 'x_user_id') as is_on_x
    from resolution
    group by customer_key
),

lived as (
    select
        customer_key,
        max(event_at) as last_event_at,
        min(case when event_type = 'visit' then event_at end) as first_visit_at,
        min(case when event_type = 'lead' then event_at end) as lead_at,
        min(case when event_type = 'deal_won' then event_at end) as first_won_at,
        count(case when event_type = 'visit' then 1 end) as visit_count,
        count(case when event_type = 'use' then 1 end) as use_count,
        count(case when event_type = 'deal_opened' then 1 end) as deal_count,
        count(case when event_type = 'deal_won' then 1 end) as won_deal_count,
        count(case when event_type = 'deal_lost' then 1 end) as lost_deal_count
    from lifecycle_events
    group by customer_key
),

final as (
    select
        customers.customer_key,
        seen.customer_number,
        seen.first_seen_at,
        seen.last_seen_at,
        lived.last_event_at,
        lived.first_visit_at,
        lived.lead_at,
        lived.first_won_at,
        coalesce(seen.crm_contact_count > 0, false) as is_in_crm,
        coalesce(seen.is_in_zendesk, false) as is_in_zendesk,
        coalesce(seen.is_on_web, false) as is_on_web,
        coalesce(seen.is_on_x, false) as is_on_x,
        coalesce(seen.identifier_count, 0) as identifier_count,
        coalesce(seen.crm_contact_count, 0) as crm_contact_count,
        coalesce(lived.visit_count, 0) as visit_count,
        coalesce(lived.use_count, 0) as use_count,
        coalesce(lived.deal_count, 0) as deal_count,
        coalesce(lived.won_deal_count, 0) as won_deal_count,
        coalesce(lived.lost_deal_count, 0) as lost_deal_count
    from customers
    left join seen on customers.customer_key = seen.customer_key
    left join lived on customers.customer_key = lived.customer_key
)

select * from final
