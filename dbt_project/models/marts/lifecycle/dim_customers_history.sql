-- One row per customer and span of time in which stage, purchases and NPS answer stayed the same.

with changes as (select * from {{ ref('int_customer_changes') }}),

spans as (
    select
        *,
        lead(changed_at) over (partition by customer_key order by changed_at) as valid_to_at
    from changes
),

final as (
    select
        {{ surrogate_key(['customer_key', 'changed_at']) }} as customer_version_key,
        customer_key,
        changed_at as valid_from_at,
        valid_to_at,
        stage_type,
        nps_group_type,
        valid_to_at is null as is_current,
        purchase_count,
        revenue_amount
    from spans
)

select * from final
