-- One row per reply that the company's account wrote to somebody's post or comment.

{{ config(materialized='view') }}

with x_posts as (select * from {{ ref('stg_x__own_posts') }}),
bluesky_posts as (select * from {{ ref('stg_bluesky__own_posts') }}),

facebook_comments as (
    select * from {{ ref('int_facebook_comments') }}
    where is_of_page
),

replies as (
    select
        'x' as source_slug,
        x_posts.post_id,
        x_posts.referenced_post_id,
        {{ identifier_key_or_unknown('x_user_id', 'x_posts.reply_to_user_id') }} as identifier_key,
        x_posts.created_at,
        x_posts.created_on,
        x_posts.is_deleted,
        x_posts._build_id
    from x_posts
    where x_posts.reference_type = 'replied_to'
    union all
    select
        'bluesky' as source_slug,
        bluesky_posts.post_id,
        bluesky_posts.referenced_post_id,
        'unknown' as identifier_key,
        bluesky_posts.created_at,
        bluesky_posts.created_on,
        bluesky_posts.is_deleted,
        bluesky_posts._build_id
    from bluesky_posts
    where bluesky_posts.reference_type = 'replied_to'
    union all
    select
        'facebook' as source_slug,
        facebook_comments.post_id,
        facebook_comments.referenced_post_id,
        'unknown' as identifier_key,
        facebook_comments.created_at,
        facebook_comments.created_on,
        facebook_comments.is_deleted,
        facebook_comments._build_id
    from facebook_comments
),

final as (
    select
        {{ surrogate_key(["replies.source_slug", "'brand_reply'", 'replies.post_id']) }}
            as touchpoint_key,
        replies.source_slug,
        replies.post_id as source_record_id,
        replies.referenced_post_id,
        replies.identifier_key,
        cast(null as bigint) as ticket_id,
        replies.created_at as started_at,
        replies.created_at as ended_at,
        replies.created_on as started_on,
        replies.source_slug as channel_slug,
        'brand_reply' as touchpoint_type,
        'outbound' as direction_type,
        'replied' as outcome_type,
        replies.is_deleted,
        replies._build_id
    from replies
)

select * from final
