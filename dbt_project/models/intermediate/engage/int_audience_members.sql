-- One row per audience and customer who belongs to it, held out or not.

with consents as (select * from {{ ref('int_audience_consents') }}),
audiences as (select * from {{ ref('audiences') }}),
stage_periods as (select * from {{ ref('int_lifecycle_stage_periods') }}),

deals as (
    select * from {{ ref('int_lifecycle_crm_events') }}
    where event_type = 'deal_won'
),

deal_amounts as (select * from {{ ref('stg_hubspot__deals') }}),

touchpoints as (
    select * from {{ ref('int_touchpoints_unioned') }}
    where direction_type = 'outbound' and not is_deleted
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

orders as (
    select
        resolution.customer_key,
        deals.event_at as won_at,
        deal_amounts.amount
    from deals
    inner join deal_amounts on deals.source_record_key = deal_amounts.deal_id
    inner join resolution
        on resolution.identifier_key = {{ identifier_key("'crm_contact_id'", 'deals.contact_id') }}
),

orders_before as (
    select
        consents.audience_slug,
        consents.customer_key,
        count(*) as won_deal_count,
        sum(orders.amount) as won_amount
    from consents
    inner join orders
        on consents.customer_key = orders.customer_key and consents.eligible_at > orders.won_at
    group by consents.audience_slug, consents.customer_key
),

contacts_before as (
    select
        consents.audience_slug,
        consents.customer_key,
        count(*) as recent_contact_count
    from consents
    inner join audiences on consents.audience_slug = audiences.audience_slug
    inner join resolution on consents.customer_key = resolution.customer_key
    inner join touchpoints
        on
            resolution.identifier_key = touchpoints.identifier_key
            and consents.eligible_at > touchpoints.started_at
            and {{ epoch_seconds('consents.eligible_at') }}
            - {{ epoch_seconds('touchpoints.started_at') }} <= audiences.contact_cap_days * 86400
    group by consents.audience_slug, consents.customer_key
),

final as (
    select
        consents.audience_slug,
        consents.customer_key,
        consents.contact_id,
        consents.eligible_at,
        consents.consented_at,
        consents.consent_basis_type,
        coalesce(stage_periods.stage_type, 'none') as stage_type,
        {{ share_of_hash("consents.audience_slug || '|' || consents.contact_id") }}
        < audiences.holdout_share as is_held_out,
        audiences.reason_name,
        audiences.customer_benefit_name,
        coalesce(orders_before.won_deal_count, 0) as won_deal_count,
        coalesce(orders_before.won_amount, 0) as won_amount,
        coalesce(contacts_before.recent_contact_count, 0) as recent_contact_count,
        audiences.contact_cap - coalesce(contacts_before.recent_contact_count, 0)
            as contact_budget_count
    from consents
    inner join audiences on consents.audience_slug = audiences.audience_slug
    left join stage_periods
        on
            consents.customer_key = stage_periods.customer_key
            and consents.eligible_at >= stage_periods.entered_at
            and (stage_periods.left_at is null or consents.eligible_at < stage_periods.left_at)
    left join orders_before
        on
            consents.audience_slug = orders_before.audience_slug
            and consents.customer_key = orders_before.customer_key
    left join contacts_before
        on
            consents.audience_slug = contacts_before.audience_slug
            and consents.customer_key = contacts_before.customer_key
    where
        (audiences.stage_type is null or audiences.stage_type = stage_periods.stage_type)
        and coalesce(orders_before.won_deal_count, 0) >= audiences.won_deal_count_min
        and coalesce(contacts_before.recent_contact_count, 0) < audiences.contact_cap
)

select * from final
