-- One row per care that a customer got: a closed ticket of a programme's category.

with tickets as (
    select * from {{ ref('int_crm_tickets') }}
    where not is_deleted and ended_at < {{ as_of() }}
),

care_programmes as (
    select * from {{ ref('care_programmes') }}
),

identity_resolution as (
    select * from {{ ref('identity_resolution') }}
    where customer_key <> 'unknown'
),

final as (
    select
        tickets.touchpoint_key,
        care_programmes.programme_slug,
        identity_resolution.customer_key,
        tickets.ended_at as cared_at
    from tickets
    inner join care_programmes on tickets.category_type = care_programmes.category_type
    inner join identity_resolution on tickets.identifier_key = identity_resolution.identifier_key
)

select * from final
