-- One row per customer and moment of change: stage, purchases and NPS answer after it.

with stage_periods as (select * from {{ ref('int_lifecycle_stage_periods') }}),
purchases as (select * from {{ ref('int_purchases') }}),
answers as (select * from {{ ref('int_nps_answers_of_customers') }}),

changes as (
    select
        customer_key,
        entered_at as changed_at,
        stage_type,
        cast(null as string) as nps_group_type,
        0 as purchase_count,
        0.0 as revenue_amount
    from stage_periods
    union all
    select
        customer_key,
        purchased_at as changed_at,
        null as stage_type,
        null as nps_group_type,
        1 as purchase_count,
        revenue_amount
    from purchases
    union all
    select
        customer_key,
        submitted_at as changed_at,
        null as stage_type,
        score_group_type as nps_group_type,
        0 as purchase_count,
        0.0 as revenue_amount
    from answers
),

moments as (
    select
        customer_key,
        changed_at,
        max(stage_type) as stage_type,
        max(nps_group_type) as nps_group_type,
        sum(purchase_count) as purchase_count,
        sum(revenue_amount) as revenue_amount
    from changes
    group by customer_key, changed_at
),

counted as (
    -- What did not change at a moment is what it was: spells are numbered by the changes so far.
    select
        *,
        count(stage_type) over so_far as stage_number,
        count(nps_group_type) over so_far as nps_number,
        sum(purchase_count) over so_far as purchases_so_far,
        sum(revenue_amount) over so_far as revenue_so_far
    from moments
    window so_far as (
        partition by customer_key
        order by changed_at
        rows between unbounded preceding and current row
    )
),

final as (
    select
        customer_key,
        changed_at,
        coalesce(max(stage_type) over (partition by customer_key, stage_number), 'none')
            as stage_type,
        coalesce(max(nps_group_type) over (partition by customer_key, nps_number), 'none')
            as nps_group_type,
        cast(purchases_so_far as bigint) as purchase_count,
        cast(revenue_so_far as double) as revenue_amount
    from counted
)

select * from final
