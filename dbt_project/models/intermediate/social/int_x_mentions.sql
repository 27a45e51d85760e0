-- One row per post of somebody else on X that the brand search or the mentions list brought.

{{ config(materialized='view') }}

with search_posts as (select * from {{ ref('stg_x__search_posts') }}),
mentions as (select * from {{ ref('stg_x__mentions') }}),
own_posts as (select * from {{ ref('stg_x__own_posts') }}),

posts as (
    select
        search_posts.*,
        'search' as stream_slug
    from search_posts
    union all
    select
        mentions.*,
        'mentions' as stream_slug
    from mentions
),

{# The same post comes through both lists; the newer reading has the newer counters. Of two read in
   one moment the mentions list wins, so that a rebuild picks the same one. #}
ranked as (
    select
        posts.*,
        max(posts._build_id) over (partition by posts.post_id) as _newest_build_id,
        max(case when posts.stream_slug = 'mentions' then 1 else 0 end)
            over (partition by posts.post_id) as addressed_rank,
        row_number() over (
            partition by posts.post_id
            order by posts._extracted_at desc, posts.stream_slug asc
        ) as reading_rank
    from posts
),

own_accounts as (
    select distinct own_posts.author_id
    from own_posts
),

{# The search finds competitors too, for the share of voice; who names them alone is no mention. #}
others as (
    select voices.post_id
    from {{ ref('int_x_voices') }} as voices
    group by voices.post_id
    having not bool_or(voices.is_own)
),

final as (
    select
        ranked.post_id,
        'x' as source_slug,
        {{ identifier_key_or_unknown('x_user_id', 'ranked.author_id') }} as identifier_key,
        ranked.author_id,
        ranked.conversation_id,
        ranked.referenced_post_id,
        ranked.created_at,
        ranked.created_on,
        'x' as channel_slug,
        ranked.stream_slug,
        ranked.reference_type,
        ranked.language_code,
        ranked.is_deleted,
        ranked.addressed_rank = 1 as is_addressed,
        ranked.text,
        ranked.author_followers_count,
        ranked.retweet_count,
        ranked.reply_count,
        ranked.like_count,
        ranked.quote_count,
        ranked.impression_count,
        ranked._newest_build_id as _build_id
    from ranked
    left join own_accounts on ranked.author_id = own_accounts.author_id
    left join others on ranked.post_id = others.post_id
    where
        ranked.reading_rank = 1
        and own_accounts.author_id is null
        and (others.post_id is null or ranked.addressed_rank = 1)
)

select * from final
