-- One row: the parameters of the service level that the current definition of the metric names.

{{ config(materialized='view') }}

with metric_definitions as (
    select * from {{ ref('int_metric_definitions_dated') }}
    where is_current
),

service_level_parameters as (select * from {{ ref('service_level_parameters') }}),

final as (
    select
        service_level_parameters.variant_slug,
        service_level_parameters.answer_within_seconds,
        service_level_parameters.short_abandon_seconds
    from metric_definitions
    inner join service_level_parameters
        on metric_definitions.variant_slug = service_level_parameters.variant_slug
    where metric_definitions.metric_slug = 'service_level'
)

select * from final
