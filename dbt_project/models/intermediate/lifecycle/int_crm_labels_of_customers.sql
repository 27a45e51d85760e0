-- One row per customer with a CRM contact: the CRM's own lifecycle label, beside what we derive.

with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
    where not is_deleted and not is_missing and lifecycle_stage_type is not null
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where identifier_type = 'crm_contact_id'
),

labels as (
    select
        resolution.customer_key,
        contacts.lifecycle_stage_type as crm_stage_type,
        row_number() over (
            -- The contact changed last speaks; its id settles two changes of one moment.
            partition by resolution.customer_key
            order by contacts.updated_at desc, contacts.contact_id desc
        ) as label_rank
    from contacts
    inner join resolution on contacts.contact_id = resolution.identifier_value
),

final as (
    select
        customer_key,
        crm_stage_type
    from labels
    where label_rank = 1
)

select * from final
