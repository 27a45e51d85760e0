-- One row per conversion, touch and attribution model that gives the touch a part of it.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='converted_on',
    meta={'touched_days': ['days_of_changed_conversions']}
) }}

-- depends_on: {{ ref('stg_ga4__events') }}
-- depends_on: {{ ref('int_web_conversions') }}

with touches as (
    select * from {{ ref('int_conversion_touches') }}
    {% if is_incremental() %}
    where converted_on in ({{ days_of_changed_conversions() }})
    {% endif %}
),

attribution_models as (select * from {{ ref('attribution_models') }}),

weighed as (
    select
        touches.*,
        attribution_models.model_slug,
        case
            when touches.touch_count = 1 then 1.0
            when attribution_models.model_slug = 'linear' then 1.0
            when attribution_models.model_slug = 'time_decay'
                then power(2.0, -touches.days_before / attribution_models.half_life_days)
            when attribution_models.model_slug = 'last_non_direct'
                then
                    case
                        when touches.touch_position = touches.last_non_direct_position then 1.0
                        else 0.0
                    end
            when touches.touch_position = 1 then attribution_models.first_share
            when touches.touch_position = touches.touch_count then attribution_models.last_share
            else
                (1.0 - attribution_models.first_share - attribution_models.last_share)
                / (touches.touch_count - 2)
        end as weight
    from touches
    cross join attribution_models
),

{# Weights of two touches by position are 0.4 and 0.4: their sum makes halves of them. #}
shared as (
    select
        weighed.*,
        weighed.weight * weighed.value_usd / sum(weighed.weight) over (
            partition by weighed.conversion_key, weighed.model_slug
        ) as credited_usd,
        weighed.weight / sum(weighed.weight) over (
            partition by weighed.conversion_key, weighed.model_slug
        ) as credit
    from weighed
),

final as (
    select
        {{ surrogate_key(['shared.conversion_key', 'shared.touchpoint_key', 'shared.model_slug']) }}
            as attribution_credit_key,
        shared.conversion_key,
        shared.touchpoint_key,
        shared.model_slug,
        'ga4' as source_slug,
        shared.identifier_key,
        shared.touched_at,
        shared.converted_at,
        shared.converted_on,
        shared.conversion_type,
        shared.is_direct,
        shared.traffic_source_name,
        shared.traffic_medium_name,
        shared.touch_position,
        shared.touch_count,
        shared.credit,
        shared.credited_usd
    from shared
    where shared.credit > 0
)

select * from final
