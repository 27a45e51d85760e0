-- One row per audience and customer who permits its purpose at the moment that decides.

{{ config(materialized='view') }}

with audiences as (
    select
        *,
        least(coalesce(cast(starts_on as timestamp), {{ as_of() }}), {{ as_of() }}) as eligible_at
    from {{ ref('audiences') }}
),

consent_periods as (select * from {{ ref('int_consent_periods') }}),

contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
    where not is_deleted and not is_missing
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

in_force as (
    select
        audiences.audience_slug,
        audiences.eligible_at,
        resolution.customer_key,
        consent_periods.*
    from audiences
    inner join consent_periods
        on
            audiences.purpose_slug = consent_periods.purpose_slug
            and audiences.eligible_at >= consent_periods.started_at
            and (
                consent_periods.ended_at is null or audiences.eligible_at < consent_periods.ended_at
            )
    inner join contacts on consent_periods.contact_id = contacts.contact_id
    inner join resolution on consent_periods.identifier_key = resolution.identifier_key
),

{# Somebody who stands twice in the CRM and withdrew once has withdrawn. #}
final as (
    select
        audience_slug,
        customer_key,
        eligible_at,
        min(contact_id) as contact_id,
        min(basis_type) as consent_basis_type,
        min(started_at) as consented_at
    from in_force
    group by audience_slug, customer_key, eligible_at
    having bool_and(is_permitted)
)

select * from final
