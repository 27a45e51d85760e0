-- One row per metric and version of its definition, with the days for which it holds.

{{ config(materialized='view') }}

with metric_definitions as (select * from {{ ref('metric_definitions') }}),

dated as (
    select
        metric_definitions.*,
        lead(metric_definitions.valid_from_on) over (
            partition by metric_definitions.metric_slug
            order by metric_definitions.definition_version
        ) as valid_to_on
    from metric_definitions
),

final as (
    select
        dated.metric_slug,
        dated.definition_version,
        dated.variant_slug,
        dated.valid_from_on,
        dated.valid_to_on,
        dated.unit_type,
        dated.polarity_type,
        dated.valid_to_on is null as is_current,
        dated.metric_name,
        dated.formula_text,
        dated.source_text,
        dated.parameters,
        dated.fact_name,
        dated.booked_by,
        dated.counted_sql,
        dated.score_sql,
        cast(
            {{ dbt.dateadd('day', '-dated.settle_days', 'cast(' ~ as_of() ~ ' as date)') }} as date
        ) as provisional_from_on
    from dated
)

select * from final
