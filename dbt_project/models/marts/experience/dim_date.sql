-- One row per calendar day, the years around the newest data.

{# date_trunc of a date is a timestamp on one engine and a date on another: cast at the end. #}
{% set years_back = var('calendar_years_back') %}
{% set years_ahead = var('calendar_years_ahead') + 1 %}

with bounds as (
    select
        cast({{ dbt.dateadd('year', -years_back, dbt.date_trunc('year', as_of())) }} as date)
            as first_day,
        cast({{ dbt.dateadd('year', years_ahead, dbt.date_trunc('year', as_of())) }} as date)
            as first_day_after
),

days as (
    select calendar.day
    from {{ days_between(
        '(select bounds.first_day from bounds)', '(select bounds.first_day_after from bounds)'
    ) }} as calendar
    where calendar.day < (select bounds.first_day_after from bounds)
),

numbered as (
    select
        days.day,
        {{ iso_weekday('days.day') }} as iso_weekday_number
    from days
),

final as (
    select
        numbered.day as date_on,
        cast({{ dbt.date_trunc('week', 'numbered.day') }} as date) as iso_week_on,
        cast({{ dbt.date_trunc('month', 'numbered.day') }} as date) as calendar_month,
        cast({{ dbt.date_trunc('quarter', 'numbered.day') }} as date) as quarter_on,
        cast(extract(year from numbered.day) as integer) as year_number,
        cast(extract(month from numbered.day) as integer) as month_number,
        cast(extract(day from numbered.day) as integer) as day_number,
        cast(numbered.iso_weekday_number as integer) as iso_weekday_number,
        numbered.iso_weekday_number in ({{ var('business_weekdays') | join(', ') }})
            as is_business_day
    from numbered
)

select * from final
