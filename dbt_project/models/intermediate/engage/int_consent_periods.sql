-- One row per contact, kind of messages and decision: from when to when it held.

with answers as (select * from {{ ref('stg_hubspot__subscriptions_history') }}),
purposes as (select * from {{ ref('consent_purposes') }}),

{# Whoever never answered has not consented, and has no row. #}
decisions as (
    select
        contact_id,
        subscription_id,
        coalesce(business_unit_id, 0) as business_unit_id,
        subscription_name,
        decided_at as started_at,
        case status_type when 'SUBSCRIBED' then 'granted' else 'withdrawn' end as status_type,
        max(legal_basis_type) as basis_type,
        max(source_name) as decision_source_name
    from answers
    where status_type in ('SUBSCRIBED', 'UNSUBSCRIBED') and decided_at is not null
    group by
        contact_id, subscription_id, business_unit_id, subscription_name, decided_at, status_type
),

followed as (
    select
        decisions.*,
        -- Of two answers of one moment the withdrawal is the last: when in doubt, no mail.
        lead(decisions.started_at) over (
            partition by
                decisions.contact_id, decisions.subscription_id, decisions.business_unit_id
            order by decisions.started_at, decisions.status_type
        ) as ended_at
    from decisions
),

final as (
    select
        followed.contact_id,
        {{ identifier_key("'crm_contact_id'", 'followed.contact_id') }} as identifier_key,
        followed.subscription_id,
        followed.business_unit_id,
        followed.started_at,
        followed.ended_at,
        coalesce(purposes.purpose_slug, 'unknown') as purpose_slug,
        followed.status_type,
        followed.basis_type,
        followed.decision_source_name,
        followed.status_type = 'granted' and followed.basis_type is not null as is_permitted
    from followed
    left join purposes on followed.subscription_name = purposes.subscription_name
    where followed.ended_at is null or followed.ended_at > followed.started_at
)

select * from final
