-- One row per post of somebody else on X and brand that its words name.

{{ config(materialized='view') }}

with search_posts as (
    select
        post_id,
        author_id,
        created_on,
        is_deleted,
        text
    from {{ ref('stg_x__search_posts') }}
    union distinct
    select
        post_id,
        author_id,
        created_on,
        is_deleted,
        text
    from {{ ref('stg_x__mentions') }}
),

own_accounts as (
    select distinct author_id from {{ ref('stg_x__own_posts') }}
),

voice_queries as (
    select
        queries.*,
        lead(queries.valid_from_on) over (
            partition by queries.brand_slug order by queries.valid_from_on
        ) as valid_to_on
    from {{ ref('voice_queries') }} as queries
),

final as (
    select distinct
        search_posts.post_id,
        search_posts.author_id,
        search_posts.created_on,
        voice_queries.query_version,
        voice_queries.brand_slug,
        voice_queries.is_own
    from search_posts
    inner join voice_queries
        on
            lower(search_posts.text) like voice_queries.pattern
            and search_posts.created_on >= voice_queries.valid_from_on
            and (
                voice_queries.valid_to_on is null
                or search_posts.created_on < voice_queries.valid_to_on
            )
    left join own_accounts on search_posts.author_id = own_accounts.author_id
    where not search_posts.is_deleted and own_accounts.author_id is null
)

select * from final
