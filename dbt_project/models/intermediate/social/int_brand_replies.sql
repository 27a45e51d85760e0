-- One row per reply that the company's account wrote to somebody's post.

{{ config(materialized='view') }}

with own_posts as (
    select * from {{ ref('stg_x__own_posts') }}
),

final as (
    select
        {{ surrogate_key(["'x'", "'brand_reply'", 'own_posts.post_id']) }} as touchpoint_key,
        'x' as source_slug,
        own_posts.post_id as source_record_id,
        {{ identifier_key_or_unknown('x_user_id', 'own_posts.reply_to_user_id') }}
            as identifier_key,
        cast(null as bigint) as ticket_id,
        own_posts.created_at as started_at,
        own_posts.created_at as ended_at,
        own_posts.created_on as started_on,
        'x' as channel_slug,
        'brand_reply' as touchpoint_type,
        'outbound' as direction_type,
        'replied' as outcome_type,
        own_posts.is_deleted,
        own_posts._build_id
    from own_posts
    where own_posts.reference_type = 'replied_to'
)

select * from final
