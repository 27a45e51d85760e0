-- One row per care that a customer got: a closed ticket of a programme's category.

with tickets as (
    select * from {{ ref('int_crm_tickets') }}
    where not is_deleted and ended_at < {{ as_of() }}
),

care_programmes as (select * from {{ ref('care_programmes') }}),

identifiers_resolved as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

final as (
    select
        tickets.touchpoint_key,
        care_programmes.programme_slug,
        identifiers_resolved.customer_key,
        tickets.ended_at as cared_at
    from tickets
    inner join care_programmes on tickets.category_type = care_programmes.category_type
    inner join identifiers_resolved on tickets.identifier_key = identifiers_resolved.identifier_key
)

select * from final
