-- One row per post of the brand, replies of its care left out.

{# A table: the few posts a day change their counters and edits long after their day. #}

with brand_posts as (select * from {{ ref('int_brand_posts') }}),

final as (
    select
        {{ surrogate_key(['brand_posts.source_slug', 'brand_posts.post_id']) }} as brand_post_key,
        brand_posts.source_slug,
        brand_posts.post_id,
        brand_posts.created_at,
        brand_posts.updated_at,
        brand_posts.created_on,
        brand_posts.channel_slug,
        brand_posts.is_edited,
        brand_posts.is_deleted,
        brand_posts.like_count,
        brand_posts.share_count,
        brand_posts.comment_count,
        brand_posts.quote_count,
        brand_posts.impression_count
    from brand_posts
)

select * from final
