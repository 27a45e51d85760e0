-- One row per post of somebody else that the brand search or the mentions list brought.

{{ config(materialized='view') }}

with search_posts as (
    select * from {{ ref('stg_x__search_posts') }}
),

mentions as (
    select * from {{ ref('stg_x__mentions') }}
),

own_posts as (
    select * from {{ ref('stg_x__own_posts') }}
),

texts_scored as (
    select * from {{ ref('int_texts_scored') }}
),

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

replies_per_post as (
    select
        own_posts.referenced_post_id as post_id,
        min(own_posts.created_at) as first_reply_at,
        max(own_posts._build_id) as _build_id
    from own_posts
    where own_posts.reference_type = 'replied_to' and not own_posts.is_deleted
    group by own_posts.referenced_post_id
),

final as (
    select
        {{ surrogate_key(["'x'", "'mention'", 'ranked.post_id']) }} as touchpoint_key,
        ranked.post_id,
        {{ identifier_key_or_unknown('x_user_id', 'ranked.author_id') }} as identifier_key,
        ranked.author_id,
        ranked.conversation_id,
        ranked.referenced_post_id,
        ranked.created_at,
        replies_per_post.first_reply_at,
        ranked.created_on,
        'x' as channel_slug,
        ranked.stream_slug,
        ranked.reference_type,
        ranked.language_code,
        ranked.is_deleted,
        texts_scored.sentiment_type,
        texts_scored.sentiment_model_slug,
        texts_scored.sentiment_score,
        texts_scored.sentiment_confidence_rate,
        ranked.author_followers_count,
        ranked.retweet_count,
        ranked.reply_count,
        ranked.like_count,
        ranked.quote_count,
        ranked.impression_count,
        greatest(
            ranked._newest_build_id,
            coalesce(replies_per_post._build_id, 0),
            coalesce(texts_scored._build_id, 0)
        ) as _build_id
    from ranked
    left join own_accounts on ranked.author_id = own_accounts.author_id
    left join replies_per_post on ranked.post_id = replies_per_post.post_id
    left join texts_scored on {{ text_sha('ranked.text') }} = texts_scored.text_sha
    where ranked.reading_rank = 1 and own_accounts.author_id is null
)

select * from final
