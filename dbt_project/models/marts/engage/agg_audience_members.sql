-- One row per audience and customer who belongs to it, held out or not.

with members as (select * from {{ ref('int_audience_members') }}),

final as (
    select
        {{ surrogate_key(['audience_slug', 'customer_key']) }} as audience_member_key,
        audience_slug,
        customer_key,
        contact_id,
        eligible_at,
        consented_at,
        consent_basis_type,
        stage_type,
        is_held_out,
        reason_name,
        customer_benefit_name,
        won_deal_count,
        cast(won_amount as double) as won_amount,
        recent_contact_count,
        contact_budget_count
    from members
)

select * from final
