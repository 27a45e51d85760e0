-- One row per hour in which far more unhappy mentions came than usual, numbered by episode.

{{ config(materialized='view') }}

with windows as (select * from {{ ref('int_negative_windows') }}),

{# Many in number and in share: a campaign brings many mentions in the usual mood. The margin is
   that of a count: its variance is its mean. #}
loud as (
    select
        windows.*,
        lag(windows.hour_at) over (order by windows.hour_at) as previous_hour_at
    from windows
    where
        windows.usual_day_count >= {{ var('crisis_usual_days_min') }}
        and windows.negative_count >= {{ var('crisis_negative_min') }}
        and windows.negative_count
        > windows.usual_negative_count
        + {{ var('crisis_deviations') }} * sqrt(windows.usual_negative_count + 1)
        and cast(windows.negative_count as double) / windows.mention_count
        > windows.usual_negative_rate + {{ var('crisis_share_lift') }}
),

final as (
    select
        loud.hour_at,
        loud.mention_count,
        loud.negative_count,
        loud.usual_negative_count,
        sum(
            case
                when
                    {{ epoch_seconds('loud.hour_at') }}
                    - {{ epoch_seconds('loud.previous_hour_at') }}
                    <= {{ var('crisis_pause_hours') }} * 3600
                    then 0
                else 1
            end
        ) over (order by loud.hour_at) as episode_number
    from loud
)

select * from final
