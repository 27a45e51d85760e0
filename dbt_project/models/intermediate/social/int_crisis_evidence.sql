-- One row per crisis, with what speaks for each cause.

{{ config(materialized='view') }}

with crisis_hours as (select * from {{ ref('int_crisis_hours') }}),
onsets as (select * from {{ ref('int_crisis_onsets') }}),

mentions as (
    select * from {{ ref('int_mentions') }}
    where sentiment_type = 'negative' and not is_deleted
),

brand_posts as (select * from {{ ref('int_brand_posts') }}),

incidents as (
    select * from {{ ref('stg_servicenow__incident') }}
    where is_major_incident and not is_deleted
),

price_patterns as (
    select * from {{ ref('crisis_cause_patterns') }}
    where cause_type = 'price'
),

spans as (
    select
        crisis_hours.episode_number,
        min(onsets.onset_earliest_at) as begun_at,
        min(onsets.onset_latest_at) as onset_latest_at,
        {{ dbt.dateadd('hour', 1, 'max(crisis_hours.hour_at)') }} as ended_at
    from crisis_hours
    inner join onsets on crisis_hours.episode_number = onsets.episode_number
    group by crisis_hours.episode_number
),

{# On Facebook every comment stands under a post of ours, so only the other networks tell whether
   people answer one post. #}
said as (
    select
        spans.episode_number,
        mentions.post_id,
        brand_posts.post_id as brand_post_id,
        mentions.channel_slug,
        max(case when lower(mentions.text) like price_patterns.pattern then 1 else 0 end)
            as is_on_price
    from spans
    inner join mentions
        on spans.begun_at <= mentions.created_at and spans.ended_at > mentions.created_at
    left join brand_posts
        on
            mentions.referenced_post_id = brand_posts.post_id
            and mentions.channel_slug = brand_posts.channel_slug
            and brand_posts.channel_slug <> 'facebook'
    cross join price_patterns
    group by spans.episode_number, mentions.post_id, brand_posts.post_id, mentions.channel_slug
),

answers as (
    select
        said.episode_number,
        said.brand_post_id,
        count(*) as answer_count,
        row_number() over (
            partition by said.episode_number
            order by count(*) desc, said.brand_post_id
        ) as post_rank
    from said
    where said.brand_post_id is not null
    group by said.episode_number, said.brand_post_id
),

sums as (
    select
        said.episode_number,
        count(*) as negative_count,
        count(case when said.channel_slug <> 'facebook' then 1 end) as free_count,
        cast(sum(said.is_on_price) as double) / count(*) as price_share_rate
    from said
    group by said.episode_number
),

outages as (
    select
        spans.episode_number,
        {{ arg_min('incidents.incident_number', 'incidents.opened_at') }} as incident_number
    from spans
    inner join incidents
        on
            incidents.opened_at
            >= {{ dbt.dateadd('hour', '-' ~ var('crisis_cause_hours'), 'spans.begun_at') }}
            and incidents.opened_at
            <= {{ dbt.dateadd('hour', var('crisis_cause_hours'), 'spans.onset_latest_at') }}
    group by spans.episode_number
),

final as (
    select
        sums.episode_number,
        answers.brand_post_id,
        outages.incident_number,
        sums.negative_count,
        sums.price_share_rate,
        coalesce(
            cast(answers.answer_count as double) / nullif(sums.free_count, 0), 0
        ) as own_post_share_rate
    from sums
    left join answers on sums.episode_number = answers.episode_number and answers.post_rank = 1
    left join outages on sums.episode_number = outages.episode_number
)

select * from final
