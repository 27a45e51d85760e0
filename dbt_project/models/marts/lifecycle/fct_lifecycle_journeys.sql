-- One row per customer: when each milestone of the lifecycle was first reached.

with customers as (
    select * from {{ ref('int_customers_profiled') }}
    where customer_key <> 'unknown'
),

lifecycle_events as (select * from {{ ref('int_lifecycle_stages_after_events') }}),

stage_periods as (
    select * from {{ ref('int_lifecycle_stage_periods') }}
    where is_current
),

lapses as (select * from {{ ref('int_lifecycle_lapses') }}),

promotions as (
    select
        customer_key,
        min(submitted_at) as first_promoted_at
    from {{ ref('int_nps_answers_of_customers') }}
    where score_group_type = 'promoter'
    group by customer_key
),

milestones as (
    select
        customer_key,
        min(event_at) as considered_at,
        min(case when event_type = 'deal_won' then event_at end) as purchased_at,
        min(case when event_type = 'use' and won_count >= 1 then event_at end) as first_value_at,
        min(case when event_type = 'deal_won' and won_count > 1 then event_at end) as repeat_at
    from lifecycle_events
    group by customer_key
),

final as (
    select
        customers.customer_key,
        customers.first_seen_at,
        milestones.considered_at,
        milestones.purchased_at,
        milestones.first_value_at,
        milestones.repeat_at,
        promotions.first_promoted_at as advocate_at,
        lapses.lapsed_at,
        lapses.returned_at,
        coalesce(stage_periods.stage_type, 'none') as stage_type,
        {{ epoch_seconds('milestones.purchased_at') }}
        - {{ epoch_seconds('milestones.considered_at') }} as considered_to_purchased_seconds,
        {{ epoch_seconds('milestones.first_value_at') }}
        - {{ epoch_seconds('milestones.purchased_at') }} as purchased_to_first_value_seconds,
        {{ epoch_seconds('milestones.repeat_at') }}
        - {{ epoch_seconds('milestones.purchased_at') }} as purchased_to_repeat_seconds,
        coalesce(lapses.lapse_count, 0) as lapse_count,
        coalesce(lapses.return_count, 0) as return_count
    from customers
    left join milestones on customers.customer_key = milestones.customer_key
    left join promotions on customers.customer_key = promotions.customer_key
    left join lapses on customers.customer_key = lapses.customer_key
    left join stage_periods on customers.customer_key = stage_periods.customer_key
)

select * from final
