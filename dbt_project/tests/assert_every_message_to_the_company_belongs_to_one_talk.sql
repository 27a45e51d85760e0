-- The talks of a channel hold each addressed mention with an author once.

with told as (
    select
        channel_slug,
        sum(message_count) as message_count,
        sum(case when answered_count > first_message_count then 1 else 0 end) as odd_count
    from {{ ref('agg_social_care_daily') }}
    group by channel_slug
),

mentions as (
    select
        channel_slug,
        count(*) as message_count
    from {{ ref('fct_mentions') }}
    where is_addressed and identifier_key <> 'unknown'
    group by channel_slug
)

select
    coalesce(told.channel_slug, mentions.channel_slug) as channel_slug,
    told.message_count as told_count,
    mentions.message_count as expected_count
from told
full outer join mentions on told.channel_slug = mentions.channel_slug
where
    told.channel_slug is null
    or mentions.channel_slug is null
    or told.message_count <> mentions.message_count
    or told.odd_count > 0
