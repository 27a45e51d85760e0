-- One row per contact, purpose and decision: what was permitted from when to when.

with consent_periods as (select * from {{ ref('int_consent_periods') }}),

final as (
    select
        {{ surrogate_key([
            "'hubspot'", 'contact_id', 'subscription_id', 'business_unit_id', 'started_at',
            'status_type'
        ]) }} as consent_period_key,
        'hubspot' as source_slug,
        contact_id,
        identifier_key,
        subscription_id,
        business_unit_id,
        started_at,
        ended_at,
        purpose_slug,
        status_type,
        basis_type,
        decision_source_name,
        is_permitted,
        ended_at is null as is_current
    from consent_periods
)

select * from final
