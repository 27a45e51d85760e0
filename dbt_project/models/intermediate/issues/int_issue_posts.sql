-- One row per post about the company, or reply of the company, with its conversation.

{{ config(materialized='view') }}

with mentions as (
    select * from {{ ref('int_mentions') }}
    where not is_deleted
),

own_posts as (
    select * from {{ ref('stg_x__own_posts') }}
    where reference_type = 'replied_to' and not is_deleted
),

texts as (
    select
        post_id,
        text
    from {{ ref('stg_x__search_posts') }}
    union all
    select
        post_id,
        text
    from {{ ref('stg_x__mentions') }}
),

service_words as (select * from {{ ref('issue_words') }}),

posts_about_service as (
    select distinct texts.post_id
    from texts
    inner join service_words on lower(texts.text) like '%' || service_words.word_text || '%'
),

final as (
    select
        mentions.touchpoint_key,
        'mention' as touchpoint_type,
        mentions.identifier_key,
        mentions.conversation_id,
        mentions.created_at as started_at,
        mentions.channel_slug,
        'inbound' as direction_type,
        posts_about_service.post_id is not null as is_about_service
    from mentions
    left join posts_about_service on mentions.post_id = posts_about_service.post_id
    union all
    select
        {{ surrogate_key(["'x'", "'brand_reply'", 'own_posts.post_id']) }} as touchpoint_key,
        'brand_reply' as touchpoint_type,
        'unknown' as identifier_key,
        own_posts.conversation_id,
        own_posts.created_at as started_at,
        'x' as channel_slug,
        'outbound' as direction_type,
        false as is_about_service
    from own_posts
)

select * from final
