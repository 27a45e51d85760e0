-- One row per customer as known now, and one for the unknown customer.

with customers as (select * from {{ ref('int_customers_profiled') }}),

current_stages as (
    select * from {{ ref('int_lifecycle_stage_periods') }}
    where is_current
),

crm_labels as (select * from {{ ref('int_crm_labels_of_customers') }}),
crm_stage_agreements as (select * from {{ ref('crm_stage_agreements') }}),

acquisition as (
    select * from {{ ref('int_customer_segments') }}
    where segment_type = 'acquisition_medium'
),

channels as (select * from {{ ref('int_customer_channels') }}),
consents as (select * from {{ ref('int_customer_consents') }}),
customers_valued as (select * from {{ ref('int_customers_valued') }}),

disagreements as (
    -- A label that no row of the seed knows has no opinion, so it cannot disagree.
    select
        crm_labels.customer_key,
        not bool_or(crm_stage_agreements.stage_type = current_stages.stage_type)
            as has_stage_disagreement
    from crm_labels
    inner join current_stages on crm_labels.customer_key = current_stages.customer_key
    inner join crm_stage_agreements
        on crm_labels.crm_stage_type = crm_stage_agreements.crm_stage_type
    group by crm_labels.customer_key
),

final as (
    select
        customers.customer_key,
        customers.first_seen_at,
        customers.last_seen_at,
        customers.last_event_at,
        customers.first_visit_at,
        customers.lead_at,
        customers.first_won_at,
        current_stages.entered_at as stage_entered_at,
        coalesce(current_stages.stage_type, 'none') as stage_type,
        coalesce(crm_labels.crm_stage_type, 'none') as crm_stage_type,
        coalesce(disagreements.has_stage_disagreement, false) as has_stage_disagreement,
        customers.is_in_crm,
        customers.is_in_zendesk,
        customers.is_on_web,
        customers.is_on_x,
        coalesce(acquisition.segment_name, 'no visit') as acquisition_medium_name,
        coalesce(channels.preferred_channel_slug, 'unknown') as preferred_channel_slug,
        case
            when consents.subscribed_count > 0 then 'given'
            when consents.customer_key is not null then 'refused'
            else 'never asked'
        end as message_consent_type,
        coalesce(customers_valued.value_segment_type, 'never bought') as value_segment_type,
        customers.identifier_count,
        customers.crm_contact_count,
        customers.visit_count,
        customers.use_count,
        customers.deal_count,
        customers.won_deal_count,
        customers.lost_deal_count,
        coalesce(channels.channel_count, 0) as channel_count,
        coalesce(channels.touchpoint_count, 0) as touchpoint_count,
        coalesce(customers_valued.revenue_amount, 0) as revenue_amount,
        customers_valued.alive_rate,
        customers_valued.expected_purchase_count,
        customers_valued.expected_revenue_amount
    from customers
    left join current_stages on customers.customer_key = current_stages.customer_key
    left join crm_labels on customers.customer_key = crm_labels.customer_key
    left join disagreements on customers.customer_key = disagreements.customer_key
    left join acquisition on customers.customer_key = acquisition.customer_key
    left join customers_valued on customers.customer_key = customers_valued.customer_key
    left join channels on customers.customer_key = channels.customer_key
    left join consents on customers.customer_key = consents.customer_key
)

select * from final
