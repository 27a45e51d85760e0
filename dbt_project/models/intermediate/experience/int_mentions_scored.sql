-- One row per mention with a sentiment: 100 positive, -100 negative, 0 neutral.

{# Neutral mentions stay in the denominator; one whose text was not scored is no answer at all. #}
{{ config(materialized='view') }}

with mentions as (select * from {{ ref('int_mentions') }}),

final as (
    select
        mentions.touchpoint_key,
        'net_sentiment' as metric_slug,
        mentions.channel_slug,
        mentions.created_on as booked_on,
        case mentions.sentiment_type
            when 'positive' then cast(100 as double)
            when 'negative' then cast(-100 as double)
            else cast(0 as double)
        end as score
    from mentions
    where mentions.sentiment_type is not null and not mentions.is_deleted
)

select * from final
