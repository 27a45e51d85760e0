-- One row per post of the brand on any network, with the counters of the newest reading.

{{ config(materialized='view') }}

with x_posts as (
    select * from {{ ref('stg_x__own_posts') }}
    where reference_type is null or reference_type = 'quoted'
),

bluesky_posts as (
    select * from {{ ref('stg_bluesky__own_posts') }}
    where reference_type is null
),

facebook_posts as (select * from {{ ref('stg_facebook__published_posts') }}),
exported_posts as (select * from {{ ref('stg_files__brand_posts') }}),

{# Facebook moves the time of change with each comment, so a corrected post is told by the words
   with which we mark it; the other networks do not let us correct. #}
final as (
    select
        'x' as source_slug,
        post_id,
        'x' as channel_slug,
        created_at,
        created_at as updated_at,
        created_on,
        false as is_edited,
        is_deleted,
        like_count,
        retweet_count as share_count,
        reply_count as comment_count,
        quote_count,
        impression_count
    from x_posts
    union all
    select
        'bluesky' as source_slug,
        post_id,
        'bluesky' as channel_slug,
        created_at,
        created_at as updated_at,
        created_on,
        false as is_edited,
        is_deleted,
        like_count,
        repost_count as share_count,
        reply_count as comment_count,
        quote_count,
        cast(null as bigint) as impression_count
    from bluesky_posts
    union all
    select
        'facebook' as source_slug,
        post_id,
        'facebook' as channel_slug,
        created_at,
        updated_at,
        created_on,
        coalesce(lower(text) like '{{ var("correction_mark") }}%', false) as is_edited,
        is_deleted or is_hidden as is_deleted,
        reaction_count as like_count,
        share_count,
        comment_count,
        cast(null as bigint) as quote_count,
        cast(null as bigint) as impression_count
    from facebook_posts
    union all
    select
        'files' as source_slug,
        post_id,
        'other' as channel_slug,
        published_at as created_at,
        published_at as updated_at,
        published_on as created_on,
        false as is_edited,
        is_deleted,
        like_count,
        share_count,
        comment_count,
        cast(null as bigint) as quote_count,
        cast(null as bigint) as impression_count
    from exported_posts
)

select * from final
