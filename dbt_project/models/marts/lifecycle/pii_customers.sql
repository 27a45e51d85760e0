-- One row per customer whom a system knows by name, address or number: the personal data, apart.

with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
    where not is_deleted and not is_missing
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

identifiers as (
    select
        customer_key,
        min(case when identifier_type = 'customer_number' then identifier_value end)
            as customer_number,
        min(case when identifier_type = 'email' then identifier_value end) as email,
        min(case when identifier_type = 'phone' then identifier_value end) as phone,
        min(case when identifier_type = 'x_username' then identifier_value end) as x_username
    from resolution
    where identifier_type in ('customer_number', 'email', 'phone', 'x_username')
    group by customer_key
),

contacts_of_customers as (
    select
        resolution.customer_key,
        contacts.first_name,
        contacts.last_name,
        contacts.email,
        contacts.phone,
        row_number() over (
            -- The contact changed last speaks; its id settles two changes of one moment.
            partition by resolution.customer_key
            order by contacts.updated_at desc, contacts.contact_id desc
        ) as contact_rank
    from contacts
    inner join resolution
        on
            contacts.contact_id = resolution.identifier_value
            and resolution.identifier_type = 'crm_contact_id'
),

latest_contacts as (
    select * from contacts_of_customers
    where contact_rank = 1
),

final as (
    select
        coalesce(latest.customer_key, identifiers.customer_key) as customer_key,
        identifiers.customer_number,
        latest.first_name,
        latest.last_name,
        coalesce(lower(trim(latest.email)), identifiers.email) as email,
        coalesce(latest.phone, identifiers.phone) as phone,
        identifiers.x_username
    from identifiers
    full outer join latest_contacts as latest
        on identifiers.customer_key = latest.customer_key
)

select * from final
