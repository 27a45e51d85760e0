-- One row per post of somebody else on Bluesky that the brand search brought.

{{ config(materialized='view') }}

with search_posts as (select * from {{ ref('stg_bluesky__search_posts') }}),

own_accounts as (
    select
        author_id,
        max(author_username) as author_username
    from {{ ref('stg_bluesky__own_posts') }}
    group by author_id
),

own_names as (
    select max(author_username) as author_username from own_accounts
),

final as (
    select
        search_posts.post_id,
        'bluesky' as source_slug,
        {{ identifier_key_or_unknown('bluesky_did', 'search_posts.author_id') }} as identifier_key,
        search_posts.author_id,
        search_posts.conversation_id,
        search_posts.referenced_post_id,
        search_posts.created_at,
        search_posts.created_on,
        'bluesky' as channel_slug,
        'search' as stream_slug,
        search_posts.reference_type,
        search_posts.language_code,
        search_posts.is_deleted,
        coalesce(
            lower(search_posts.text) like '%@' || lower(own_names.author_username) || '%', false
        ) as is_addressed,
        search_posts.text,
        cast(null as bigint) as author_followers_count,
        search_posts.repost_count as retweet_count,
        search_posts.reply_count,
        search_posts.like_count,
        search_posts.quote_count,
        cast(null as bigint) as impression_count,
        search_posts._build_id
    from search_posts
    cross join own_names
    left join own_accounts on search_posts.author_id = own_accounts.author_id
    where own_accounts.author_id is null
)

select * from final
