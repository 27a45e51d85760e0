-- One row per comment on the page's posts, those that the page itself wrote flagged.

{{ config(materialized='view') }}

with comments as (select * from {{ ref('stg_facebook__comments') }}),

{# A post's id begins with its page's. What the page hid, advertising or abuse, counts as gone. #}
final as (
    select
        comments.comment_id as post_id,
        'facebook' as source_slug,
        {{ identifier_key_or_unknown('facebook_user_id', 'comments.author_id') }} as identifier_key,
        comments.author_id,
        comments.post_id as conversation_id,
        coalesce(comments.parent_comment_id, comments.post_id) as referenced_post_id,
        comments.created_at,
        comments.created_on,
        'facebook' as channel_slug,
        'comments' as stream_slug,
        'replied_to' as reference_type,
        cast(null as string) as language_code,
        comments.is_deleted or comments.is_hidden as is_deleted,
        true as is_addressed,
        coalesce(
            substr(comments.post_id, 1, length(comments.author_id) + 1) = comments.author_id || '_',
            false
        ) as is_of_page,
        comments.text,
        cast(null as bigint) as author_followers_count,
        cast(null as bigint) as retweet_count,
        comments.reply_count,
        comments.like_count,
        cast(null as bigint) as quote_count,
        cast(null as bigint) as impression_count,
        comments._build_id
    from comments
)

select * from final
