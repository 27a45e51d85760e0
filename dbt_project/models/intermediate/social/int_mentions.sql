-- One row per post or comment of somebody else about the brand, on any network.

{# A table: many models read it, and the union with scores and replies is worked out once. #}

{% set columns = [
    'post_id', 'source_slug', 'identifier_key', 'author_id', 'conversation_id',
    'referenced_post_id', 'created_at', 'created_on', 'channel_slug', 'stream_slug',
    'reference_type', 'language_code', 'is_deleted', 'is_addressed', 'text',
    'author_followers_count', 'retweet_count', 'reply_count', 'like_count', 'quote_count',
    'impression_count', '_build_id'
] %}

with facebook_comments as (
    select * from {{ ref('int_facebook_comments') }}
    where not is_of_page
),

texts_scored as (select * from {{ ref('int_texts_scored') }}),
brand_replies as (select * from {{ ref('int_brand_replies') }}),

posts as (
    select {{ columns | join(', ') }} from {{ ref('int_x_mentions') }}
    union all
    select {{ columns | join(', ') }} from {{ ref('int_bluesky_mentions') }}
    union all
    select {{ columns | join(', ') }} from facebook_comments
),

replies_per_post as (
    select
        brand_replies.source_slug,
        brand_replies.referenced_post_id as post_id,
        min(brand_replies.started_at) as first_reply_at,
        max(brand_replies._build_id) as _build_id
    from brand_replies
    where not brand_replies.is_deleted
    group by brand_replies.source_slug, brand_replies.referenced_post_id
),

final as (
    select
        {{ surrogate_key(["posts.source_slug", "'mention'", 'posts.post_id']) }} as touchpoint_key,
        posts.{{ columns[:7] | join(',\n        posts.') }},
        replies_per_post.first_reply_at,
        posts.{{ columns[7:14] | join(',\n        posts.') }},
        texts_scored.sentiment_type,
        texts_scored.sentiment_model_slug,
        texts_scored.sentiment_score,
        texts_scored.sentiment_confidence_rate,
        posts.text,
        {{ text_sha('posts.text') }} as text_sha,
        posts.{{ columns[15:21] | join(',\n        posts.') }},
        greatest(
            posts._build_id,
            coalesce(replies_per_post._build_id, 0),
            coalesce(texts_scored._build_id, 0)
        ) as _build_id
    from posts
    left join replies_per_post
        on
            posts.post_id = replies_per_post.post_id
            and posts.source_slug = replies_per_post.source_slug
    left join texts_scored on {{ text_sha('posts.text') }} = texts_scored.text_sha
)

select * from final
