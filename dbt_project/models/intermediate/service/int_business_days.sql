-- One row per schedule and local day: its opening hours in UTC and the business time before it.

{# Hours are counted between moments in UTC, so a day on which the clock is put back or forward is
   an hour longer or shorter only where the schedule is open at night. #}
{% set years_back = var('calendar_years_back') %}
{% set years_ahead = var('calendar_years_ahead') + 1 %}

with schedules as (select * from {{ ref('business_schedules') }}),
hours as (select * from {{ ref('business_hours') }}),
holidays as (select * from {{ ref('business_holidays') }}),

bounds as (
    select
        cast({{ dbt.dateadd('year', -years_back, dbt.date_trunc('year', as_of())) }} as date)
            as first_day,
        cast({{ dbt.dateadd('year', years_ahead, dbt.date_trunc('year', as_of())) }} as date)
            as last_day
),

days as (
    select calendar.day as local_on
    from {{ days_between(
        '(select bounds.first_day from bounds)', '(select bounds.last_day from bounds)'
    ) }} as calendar
),

{# A holiday, and a weekday without hours, is closed: it opens and closes at its midnight. #}
planned as (
    select
        schedules.schedule_slug,
        schedules.time_zone_name,
        days.local_on,
        case
            when holidays.holiday_on is null then coalesce(hours.opens_minute, 0) else 0
        end as opens_minute,
        case
            when holidays.holiday_on is null then coalesce(hours.closes_minute, 0) else 0
        end as closes_minute
    from schedules
    cross join days
    left join hours
        on
            schedules.schedule_slug = hours.schedule_slug
            and {{ iso_weekday('days.local_on') }} = hours.iso_weekday
    left join holidays
        on
            schedules.schedule_slug = holidays.schedule_slug
            and days.local_on = holidays.holiday_on
),

walls as (
    select
        planned.schedule_slug,
        planned.time_zone_name,
        planned.local_on,
        cast(planned.local_on as timestamp) as midnight,
        {{ dbt.dateadd('day', 1, 'cast(planned.local_on as timestamp)') }} as next_midnight,
        {{ dbt.dateadd('minute', 'planned.opens_minute', 'cast(planned.local_on as timestamp)') }}
            as opens,
        {{ dbt.dateadd('minute', 'planned.closes_minute', 'cast(planned.local_on as timestamp)') }}
            as closes
    from planned
),

moments as (
    select
        walls.schedule_slug,
        walls.local_on,
        {{ utc_from_local('walls.midnight', 'walls.time_zone_name') }} as begins_at,
        {{ utc_from_local('walls.next_midnight', 'walls.time_zone_name') }} as ends_at,
        {{ utc_from_local('walls.opens', 'walls.time_zone_name') }} as opens_at,
        {{ utc_from_local('walls.closes', 'walls.time_zone_name') }} as closes_at
    from walls
),

opened as (
    select
        moments.*,
        {{ epoch_seconds('moments.closes_at') }} - {{ epoch_seconds('moments.opens_at') }}
            as open_seconds
    from moments
),

final as (
    select
        opened.*,
        coalesce(sum(opened.open_seconds) over (
            partition by opened.schedule_slug
            order by opened.local_on
            rows between unbounded preceding and 1 preceding
        ), 0) as seconds_before
    from opened
)

select * from final
