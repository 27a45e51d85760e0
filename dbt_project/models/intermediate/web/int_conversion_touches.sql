-- One row per conversion and visit that came before it within the look-back, its own one included.

{{ config(materialized='view') }}

with conversions as (select * from {{ ref('int_web_conversions') }}),
sessions as (select * from {{ ref('int_web_sessions') }}),
direct_media as (select * from {{ ref('direct_media') }}),

{# A journey is what the source itself ties together: one browser, and the other browsers that were
   signed in with the same number. It does not move when identity does. #}
journeys as (
    select
        conversions.*,
        {{ dbt.dateadd('day', -var('attribution_lookback_days'), 'conversions.converted_at') }}
            as looked_back_to_at,
        sessions.customer_number
    from conversions
    inner join sessions on conversions.touchpoint_key = sessions.touchpoint_key
),

touches as (
    {% for tie in ['web_client_id', 'customer_number'] %}
    select
        journeys.conversion_key,
        journeys.conversion_type,
        journeys.converted_at,
        journeys.converted_on,
        journeys.value_usd,
        sessions.touchpoint_key,
        sessions.identifier_key,
        sessions.started_at as touched_at,
        sessions.traffic_source_name,
        sessions.traffic_medium_name,
        direct_media.medium_name is not null or sessions.traffic_medium_name is null as is_direct
    from journeys
    inner join sessions
        on
            journeys.{{ tie }} = sessions.{{ tie }}
            and journeys.converted_at >= sessions.started_at
            and journeys.looked_back_to_at < sessions.started_at
    left join direct_media on sessions.traffic_medium_name = direct_media.medium_name
    {{ 'union distinct' if not loop.last }}
    {% endfor %}
),

placed as (
    select
        touches.*,
        row_number() over (
            partition by touches.conversion_key order by touches.touched_at, touches.touchpoint_key
        ) as touch_position,
        count(*) over (partition by touches.conversion_key) as touch_count,
        ({{ epoch_seconds('touches.converted_at') }} - {{ epoch_seconds('touches.touched_at') }})
        / 86400.0 as days_before
    from touches
),

final as (
    select
        placed.*,
        -- A journey of direct visits alone has no other last one.
        coalesce(
            max(case when not placed.is_direct then placed.touch_position end)
                over (partition by placed.conversion_key),
            placed.touch_count
        ) as last_non_direct_position
    from placed
)

select * from final
