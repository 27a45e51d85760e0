-- One row per customer who spoke of the brand within the window: in what mood, and how far it went.

{{ config(materialized='view') }}

with mentions as (
    select * from {{ ref('int_mentions') }}
    where
        not is_deleted
        and created_on >= {{ dbt.dateadd(
            'day', '-' ~ var('advocate_window_days'), 'cast(' ~ as_of() ~ ' as date)'
        ) }}
),

resolution as (select * from {{ ref('int_identifiers_resolved') }}),

{# A mention is one voice, and each time that somebody passed it on one more. #}
scored as (
    select
        mentions.*,
        case mentions.sentiment_type
            when 'positive' then cast(100 as double)
            when 'negative' then cast(-100 as double)
            when 'neutral' then cast(0 as double)
        end as score,
        coalesce(mentions.retweet_count, 0) + coalesce(mentions.quote_count, 0) as passed_on_count
    from mentions
),

final as (
    select
        resolution.customer_key,
        max(scored.created_at) as last_mentioned_at,
        count(*) as mention_count,
        count(case when scored.score > 0 then 1 end) as positive_count,
        count(case when scored.score < 0 then 1 end) as negative_count,
        sum(scored.passed_on_count) as passed_on_count,
        sum(scored.impression_count) as seen_count,
        avg(scored.score) as does_points,
        sum(scored.score * (1 + scored.passed_on_count))
        / nullif(sum(case when scored.score is not null then 1 + scored.passed_on_count end), 0)
            as carries_points
    from scored
    inner join resolution on scored.identifier_key = resolution.identifier_key
    where resolution.customer_key <> 'unknown'
    group by resolution.customer_key
)

select * from final
