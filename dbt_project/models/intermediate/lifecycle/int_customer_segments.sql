-- One row per customer and segment that it stands in.

with customers as (
    select distinct customer_key from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

visits as (
    select * from {{ ref('int_lifecycle_events') }}
    where event_type = 'visit'
),

first_mediums as (
    select
        customer_key,
        {{ arg_min('medium_name', 'event_at') }} as medium_name
    from visits
    group by customer_key
),

final as (
    select
        customer_key,
        'all' as segment_type,
        'all' as segment_name
    from customers
    union all
    select
        customers.customer_key,
        'acquisition_medium' as segment_type,
        coalesce(first_mediums.medium_name, 'no visit') as segment_name
    from customers
    left join first_mediums on customers.customer_key = first_mediums.customer_key
)

select * from final
