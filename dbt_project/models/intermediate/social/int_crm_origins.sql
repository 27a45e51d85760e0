-- One row per customer whom the CRM knows, with the way on which it came.

{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
    where not is_deleted and not is_missing
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

{# A contact that bears a browser's id filled in a form; the others were entered by sales people.
   The way does not change with what the customer thinks or does later. #}
final as (
    select
        resolution.customer_key,
        case when count(contacts.ga_client_id) > 0 then 'web' else 'sales' end as origin_type
    from contacts
    inner join resolution
        on
            {{ identifier_key("'crm_contact_id'", 'contacts.contact_id') }}
            = resolution.identifier_key
    group by resolution.customer_key
)

select * from final
