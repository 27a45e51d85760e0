-- One row per topic, channel and whole day: its texts, and those of the same weekday before.

{{ config(materialized='view') }}

with texts as (
    select * from {{ ref('int_texts_written') }}
    where written_on < cast({{ as_of() }} as date)
),

topics as (select * from {{ ref('topics') }}),

counted as (
    select
        topic_slug,
        channel_slug,
        written_on,
        count(*) as text_count,
        count(sentiment_type) as scored_count,
        sum(case when sentiment_type = 'positive' then 1 else 0 end) as positive_count,
        sum(case when sentiment_type = 'negative' then 1 else 0 end) as negative_count
    from texts
    group by topic_slug, channel_slug, written_on
),

{# A channel begins with its first text: before, silence says nothing. #}
channels as (
    select
        channel_slug,
        min(written_on) as first_on
    from texts
    group by channel_slug
),

grid as (
    select
        topics.topic_slug,
        channels.channel_slug,
        calendar.day as written_on
    from {{ days_between(
        '(select min(written_on) from texts)', '(select max(written_on) from counted)'
    ) }} as calendar
    inner join channels on calendar.day >= channels.first_on
    cross join topics
),

final as (
    select
        grid.topic_slug,
        grid.channel_slug,
        grid.written_on,
        coalesce(counted.scored_count, 0) as scored_count,
        coalesce(counted.positive_count, 0) as positive_count,
        coalesce(counted.negative_count, 0) as negative_count,
        coalesce(counted.text_count, 0) as text_count,
        100.0 * (counted.positive_count - counted.negative_count)
        / nullif(counted.scored_count, 0) as net_sentiment,
        count(*) over weeks_before as baseline_week_count,
        avg(coalesce(counted.text_count, 0)) over weeks_before as baseline_text_count,
        sum(coalesce(counted.text_count, 0)) over weeks_before as baseline_sum,
        var_samp(coalesce(counted.text_count, 0)) over weeks_before as baseline_variance
    from grid
    left join counted
        on
            grid.topic_slug = counted.topic_slug
            and grid.channel_slug = counted.channel_slug
            and grid.written_on = counted.written_on
    window weeks_before as (
        partition by grid.topic_slug, grid.channel_slug, {{ iso_weekday('grid.written_on') }}
        order by grid.written_on
        rows between {{ var('topic_baseline_weeks') }} preceding and 1 preceding
    )
)

select * from final
