-- One row per customer who was asked: kinds of messages answered, and those subscribed to.

with subscriptions as (
    select * from {{ ref('stg_hubspot__subscriptions') }}
    where not is_deleted
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where identifier_type = 'crm_contact_id' and customer_key <> 'unknown'
),

said as (
    select
        resolution.customer_key,
        subscriptions.is_subscribed,
        row_number() over (
            -- Of several contacts the one asked last speaks; a no wins over a yes of one moment.
            partition by resolution.customer_key, subscriptions.subscription_id
            order by
                coalesce(subscriptions.decided_at, subscriptions.updated_at) desc,
                subscriptions.is_subscribed asc,
                subscriptions.contact_id asc
        ) as said_rank
    from subscriptions
    inner join resolution on subscriptions.contact_id = resolution.identifier_value
),

final as (
    select
        customer_key,
        count(*) as subscription_count,
        count(case when is_subscribed then 1 end) as subscribed_count
    from said
    where said_rank = 1
    group by customer_key
)

select * from final
