-- One row per scored mention and whole week whose window of weeks holds it.

{{ config(materialized='view') }}

with mentions as (
    select * from {{ ref('int_mentions') }}
    where sentiment_type is not null and not is_deleted
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

weeks as (
    select
        calendar.day as week_on,
        {{ dbt.dateadd('day', 7, 'calendar.day') }} as ended_on,
        {{ dbt.dateadd('day', "7 - " ~ var('sentiment_window_days'), 'calendar.day') }} as begun_on
    from {{ days_between(
        '(select min(created_on) from mentions)', 'cast(' ~ as_of() ~ ' as date)'
    ) }} as calendar
    where
        {{ iso_weekday('calendar.day') }} = 1
        and {{ dbt.dateadd('day', 7, 'calendar.day') }} <= cast({{ as_of() }} as date)
),

final as (
    select
        weeks.week_on,
        mentions.post_id,
        coalesce(mentions.author_id, mentions.post_id) as author_id,
        resolution.customer_key,
        case mentions.sentiment_type
            when 'positive' then cast(100 as double)
            when 'negative' then cast(-100 as double)
            else cast(0 as double)
        end as score
    from weeks
    inner join mentions
        on weeks.begun_on <= mentions.created_on and weeks.ended_on > mentions.created_on
    left join resolution on mentions.identifier_key = resolution.identifier_key
)

select * from final
