-- One row per lifecycle event: the stage in which it leaves the customer.

with lifecycle_events as (select * from {{ ref('int_lifecycle_events') }}),
stage_rules as (select * from {{ ref('lifecycle_stage_rules') }}),

deals_so_far as (
    select
        *,
        sum(case when event_type = 'deal_won' then 1 else 0 end) over so_far as won_count,
        sum(
            case
                when event_type = 'deal_opened' then 1
                when event_type in ('deal_won', 'deal_lost') then -1
                else 0
            end
        ) over so_far as open_count
    from lifecycle_events
    -- The record's key breaks ties, so that equal moments fall the same way on every run.
    window so_far as (
        partition by customer_key
        order by event_at, event_rank, source_record_key
        rows between unbounded preceding and current row
    )
),

uses_so_far as (
    select
        *,
        sum(case when event_type = 'use' and won_count >= 1 then 1 else 0 end) over (
            partition by customer_key
            order by event_at, event_rank, source_record_key
            rows between unbounded preceding and current row
        ) as use_count
    from deals_so_far
),

fitting_rules as (
    select
        uses_so_far.lifecycle_event_key,
        stage_rules.stage_type,
        row_number() over (
            partition by uses_so_far.lifecycle_event_key order by stage_rules.rule_rank
        ) as fit_rank
    from uses_so_far
    inner join stage_rules
        on
            uses_so_far.won_count >= stage_rules.min_won_count
            and uses_so_far.use_count >= stage_rules.min_use_count
            and greatest(uses_so_far.won_count, uses_so_far.open_count)
            >= stage_rules.min_commitment_count
),

final as (
    select
        uses_so_far.lifecycle_event_key,
        uses_so_far.customer_key,
        uses_so_far.event_at,
        lead(uses_so_far.event_at) over (
            partition by uses_so_far.customer_key
            order by
                uses_so_far.event_at, uses_so_far.event_rank, uses_so_far.source_record_key
        ) as next_event_at,
        uses_so_far.event_type,
        fitting_rules.stage_type,
        uses_so_far.won_count,
        uses_so_far.open_count,
        uses_so_far.use_count
    from uses_so_far
    inner join fitting_rules
        on uses_so_far.lifecycle_event_key = fitting_rules.lifecycle_event_key
    where fitting_rules.fit_rank = 1
)

select * from final
