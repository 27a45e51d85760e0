-- One row per hour: the unhappy mentions of the hours that end with it, and the usual number.

with mentions as (
    select
        post_id,
        date_trunc('hour', created_at) as created_hour_at,
        case when sentiment_type = 'negative' then 1 else 0 end as negative_count
    from {{ ref('int_mentions') }}
    where sentiment_type is not null and not is_deleted
),

clock as (
    {%- for hour in range(24) %}
    select {{ hour }} as hour_number{{ ' union all' if not loop.last }}
    {%- endfor %}
),

hours as (
    select
        {{ dbt.dateadd('hour', 'clock.hour_number', 'cast(calendar.day as timestamp)') }}
            as hour_at,
        clock.hour_number
    from {{ days_between(
        '(select cast(min(created_hour_at) as date) from mentions)',
        'cast(' ~ as_of() ~ ' as date)'
    ) }} as calendar
    cross join clock
),

hourly as (
    select
        hours.hour_at,
        hours.hour_number,
        count(mentions.post_id) as mention_count,
        coalesce(sum(mentions.negative_count), 0) as negative_count
    from hours
    left join mentions on hours.hour_at = mentions.created_hour_at
    where hours.hour_at < {{ as_of() }}
    group by hours.hour_at, hours.hour_number
),

summed as (
    select
        hourly.hour_at,
        hourly.hour_number,
        sum(hourly.mention_count) over latest as mention_count,
        sum(hourly.negative_count) over latest as negative_count
    from hourly
    window latest as (
        order by hourly.hour_at
        rows between {{ var('crisis_window_hours') - 1 }} preceding and current row
    )
),

windows as (
    select
        summed.*,
        greatest(summed.negative_count - {{ var('crisis_negative_min') }}, 0) as storm_count
    from summed
),

{# The usual number and share are those of the same hours on the days before; a day that stands out
   itself counts with no more than the fewest that make a crisis: one storm does not hide the next. #}
final as (
    select
        windows.hour_at,
        windows.mention_count,
        windows.negative_count,
        count(*) over usual as usual_day_count,
        coalesce(
            avg(windows.negative_count - windows.storm_count) over usual, 0
        ) as usual_negative_count,
        coalesce(
            cast(sum(windows.negative_count - windows.storm_count) over usual as double)
            / nullif(sum(windows.mention_count - windows.storm_count) over usual, 0), 0
        ) as usual_negative_rate
    from windows
    window usual as (
        partition by windows.hour_number
        order by windows.hour_at
        rows between {{ var('crisis_usual_days') }} preceding and 1 preceding
    )
)

select * from final
