-- One row per X account that wrote about the brand, and user name that it bore.

{{ config(materialized='view') }}

with posts as (
    select
        author_id,
        author_username,
        created_at
    from {{ ref('stg_x__search_posts') }}
    where not is_deleted
    union all
    select
        author_id,
        author_username,
        created_at
    from {{ ref('stg_x__mentions') }}
    where not is_deleted
),

own_accounts as (
    -- The brand speaks of itself: it is no customer.
    select distinct author_id from {{ ref('stg_x__own_posts') }}
),

final as (
    select
        posts.author_id,
        posts.author_username,
        min(posts.created_at) as first_seen_at,
        max(posts.created_at) as last_seen_at
    from posts
    left join own_accounts on posts.author_id = own_accounts.author_id
    where own_accounts.author_id is null and posts.author_id is not null
    group by posts.author_id, posts.author_username
)

select * from final
