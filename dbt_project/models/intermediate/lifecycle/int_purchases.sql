-- One row per purchase of a known customer: a deal won.

with lifecycle_events as (
    select * from {{ ref('int_lifecycle_events') }}
    where event_type = 'deal_won'
),

deals as (select * from {{ ref('stg_hubspot__deals') }}),

final as (
    select
        deals.deal_id,
        lifecycle_events.customer_key,
        lifecycle_events.event_at as purchased_at,
        cast(lifecycle_events.event_at as date) as purchased_on,
        row_number() over (
            -- The deal's id settles two purchases of one moment.
            partition by lifecycle_events.customer_key
            order by lifecycle_events.event_at, deals.deal_id
        ) as purchase_number,
        -- Decimal, so that a sum is the same in every order of the rows.
        cast(coalesce(deals.amount, 0) as decimal(18, 2)) as revenue_amount
    from lifecycle_events
    inner join deals on lifecycle_events.source_record_key = deals.deal_id
)

select * from final
