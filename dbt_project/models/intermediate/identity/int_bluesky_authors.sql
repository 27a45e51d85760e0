-- One row per account on Bluesky that wrote about the brand.

{{ config(materialized='view', tags=['before_scoring']) }}

with posts as (
    select * from {{ ref('stg_bluesky__search_posts') }}
    where not is_deleted and author_id is not null
),

own_accounts as (
    select distinct author_id from {{ ref('stg_bluesky__own_posts') }}
),

{# A handle may change; the greatest of them is as good as any and the same in every build. #}
final as (
    select
        posts.author_id,
        max(posts.author_username) as author_username,
        min(posts.created_at) as first_seen_at,
        max(posts.created_at) as last_seen_at
    from posts
    left join own_accounts on posts.author_id = own_accounts.author_id
    where own_accounts.author_id is null
    group by posts.author_id
)

select * from final
