-- One row per customer as known now, and one for the unknown customer.

with customers as (
    select * from {{ ref('int_customers_profiled') }}
),

current_stages as (
    select * from {{ ref('int_lifecycle_stage_periods') }} where is_current
),

crm_labels as (
    select * from {{ ref('int_crm_labels_of_customers') }}
),

crm_stage_agreements as (
    select * from {{ ref('crm_stage_agreements') }}
),

acquisition as (
    select * from {{ ref('int_customer_segments') }} where segment_type = 'acquisition_medium'
),

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

known as (
    select
        customers.*,
        current_stages.entered_at as stage_entered_at,
        coalesce(current_stages.stage_type, 'none') as stage_type,
        coalesce(crm_labels.crm_stage_type, 'none') as crm_stage_type,
        coalesce(disagreements.has_stage_disagreement, false) as has_stage_disagreement,
        acquisition.segment_name as acquisition_medium_name
    from customers
    left join current_stages on customers.customer_key = current_stages.customer_key
    left join crm_labels on customers.customer_key = crm_labels.customer_key
    left join disagreements on customers.customer_key = disagreements.customer_key
    left join acquisition on customers.customer_key = acquisition.customer_key
),

final as (
    select
        customer_key,
        customer_number,
        first_seen_at,
        last_seen_at,
        last_event_at,
        first_visit_at,
        lead_at,
        first_won_at,
        stage_entered_at,
        stage_type,
        crm_stage_type,
        has_stage_disagreement,
        is_in_crm,
        is_in_zendesk,
        is_on_web,
        is_on_x,
        acquisition_medium_name,
        identifier_count,
        crm_contact_count,
        visit_count,
        use_count,
        deal_count,
        won_deal_count,
        lost_deal_count
    from known
    union all
    select
        'unknown', null, null, null, null, null, null, null, null, 'none', 'none', false,
        false, false, false, false, 'no visit', 0, 0, 0, 0, 0, 0, 0
)

select * from final
