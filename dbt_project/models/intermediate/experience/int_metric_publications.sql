-- One row per metric, month and build that published another value than those before it.

{# The memory of what was published: no lake tells it again, so a full refresh keeps it and a
   release hands it on. Nothing is ever taken back; a step repeated within a build finds nothing to add. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false
) }}

{% set published_before = is_incremental() %}
{% set is_anew = execute and flags.FULL_REFRESH %}

with current_values as (select * from {{ ref('int_metric_values_monthly') }}),

touched as (
    select distinct
        cast({{ dbt.date_trunc('month', 'booked_on') }} as date) as booked_month
    from {{ ref('int_metric_days_touched') }}
    where _build_id = {{ build_id() }}
),

identity_changes as (
    select count(*) as change_count
    from {{ ref('int_identity_ledger') }}
    where
        valid_from_at = {{ as_of() }} or valid_to_at = {{ as_of() }}
),

{% if published_before %}
numbered as (
    select
        earlier.*,
        row_number() over (
            partition by earlier.metric_slug, earlier.booked_month
            order by earlier.publication_number desc
        ) as recency_rank
    from {{ this }} as earlier
),

last_published as (
    select * from numbered
    where recency_rank = 1
),
{% endif %}

compared as (
    select
        {% if published_before %}
        coalesce(current_values.metric_slug, last_published.metric_slug) as metric_slug,
        coalesce(current_values.booked_month, last_published.booked_month) as booked_month,
        coalesce(current_values.definition_version, last_published.definition_version)
            as definition_version,
        last_published.definition_version as previous_version,
        last_published.value as previous_value,
        coalesce(last_published.publication_number, 0) + 1 as publication_number,
        coalesce(last_published.was_closed, false) as is_restatement,
        {% else %}
        current_values.metric_slug,
        current_values.booked_month,
        current_values.definition_version,
        cast(null as integer) as previous_version,
        cast(null as double) as previous_value,
        1 as publication_number,
        false as is_restatement,
        {% endif %}
        coalesce(current_values.sample_count, 0) as sample_count,
        current_values.value,
        current_values.margin_of_error
    from current_values
    {% if published_before %}
    full outer join last_published
        on
            current_values.metric_slug = last_published.metric_slug
            and current_values.booked_month = last_published.booked_month
    where
        last_published.metric_slug is null
        or current_values.value is distinct from last_published.value
        or current_values.definition_version <> last_published.definition_version
    {% endif %}
),

final as (
    select
        compared.metric_slug,
        compared.booked_month,
        compared.definition_version,
        cast(compared.publication_number as integer) as publication_number,
        {{ as_of() }} as published_at,
        {{ dbt.dateadd('month', 1, 'compared.booked_month') }} <= {{ as_of() }} as was_closed,
        compared.is_restatement,
        case
            when not compared.is_restatement then 'none'
            when compared.definition_version <> compared.previous_version then 'definition'
            {% if not is_anew %}
            when touched.booked_month is not null then 'late_data'
            {% endif %}
            when identity_changes.change_count > 0 then 'identity'
            else 'fix'
        end as cause_type,
        cast(compared.sample_count as bigint) as sample_count,
        compared.value,
        compared.margin_of_error,
        compared.previous_value
    from compared
    cross join identity_changes
    left join touched on compared.booked_month = touched.booked_month
)

select * from final
