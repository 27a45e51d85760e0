-- One row per identifier and version: whose it was, from when to when, and why that changed.

{# The memory of identity: what earlier builds decided cannot be told from the lake again, so a full
   refresh keeps it. Versions are builds; times are the moments up to which the lake was read. #}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='resolution_key',
    on_schema_change='fail',
    full_refresh=false
) }}

with changes as (select * from {{ ref('int_identity_changes') }}),

opened as (
    select
        {{ surrogate_key(['identifier_key', build_id()]) }} as resolution_key,
        identifier_key,
        {{ build_id() }} as resolution_version,
        customer_key,
        customer_first_seen_at,
        {{ as_of() }} as valid_from_at,
        cast(null as timestamp) as valid_to_at,
        change_type,
        reason
    from changes
    where customer_key is not null
),

{% if is_incremental() %}
closed as (
    select
        standing.resolution_key,
        standing.identifier_key,
        standing.resolution_version,
        standing.customer_key,
        standing.customer_first_seen_at,
        standing.valid_from_at,
        {{ as_of() }} as valid_to_at,
        standing.change_type,
        standing.reason
    from {{ this }} as standing
    inner join changes on standing.identifier_key = changes.identifier_key
    where standing.valid_to_at is null
),
{% endif %}

final as (
    select * from opened
    {% if is_incremental() %}
    union all
    select * from closed
    {% endif %}
)

select * from final
