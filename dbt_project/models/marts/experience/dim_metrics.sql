-- One row per metric and version of its definition.

with metric_definitions as (select * from {{ ref('int_metric_definitions_dated') }}),

final as (
    select
        {{ surrogate_key([
            'metric_definitions.metric_slug', 'metric_definitions.definition_version'
        ]) }} as metric_key,
        metric_definitions.metric_slug,
        metric_definitions.definition_version,
        metric_definitions.variant_slug,
        metric_definitions.valid_from_on,
        metric_definitions.valid_to_on,
        metric_definitions.unit_type,
        metric_definitions.polarity_type,
        metric_definitions.is_current,
        metric_definitions.metric_name,
        metric_definitions.formula_text,
        metric_definitions.source_text,
        metric_definitions.parameters,
        metric_definitions.fact_name,
        metric_definitions.booked_by,
        metric_definitions.counted_sql,
        metric_definitions.score_sql
    from metric_definitions
)

select * from final
