-- One row per post of the brand, with the signs of trouble around it.

{# A table: answers to a post come long after its day. #}

with brand_posts as (select * from {{ ref('int_brand_posts') }}),

mentions as (
    select * from {{ ref('int_mentions') }}
    where not is_deleted and sentiment_type is not null
),

answers as (
    select
        brand_posts.source_slug,
        brand_posts.post_id,
        count(*) as answer_count,
        count(case when mentions.sentiment_type = 'negative' then 1 end) as negative_count,
        count(
            case
                when
                    {{ epoch_seconds('mentions.created_at') }}
                    - {{ epoch_seconds('brand_posts.created_at') }}
                    < {{ var('post_risk_minutes') }} * 60
                    then 1
            end
        ) as early_answer_count,
        count(
            case
                when
                    mentions.sentiment_type = 'negative'
                    and {{ epoch_seconds('mentions.created_at') }}
                    - {{ epoch_seconds('brand_posts.created_at') }}
                    < {{ var('post_risk_minutes') }} * 60
                    then 1
            end
        ) as early_negative_count
    from brand_posts
    inner join mentions
        on
            brand_posts.source_slug = mentions.source_slug
            and brand_posts.post_id = mentions.referenced_post_id
    group by brand_posts.source_slug, brand_posts.post_id
),

final as (
    select
        {{ surrogate_key(['brand_posts.source_slug', 'brand_posts.post_id']) }} as brand_post_key,
        brand_posts.source_slug,
        brand_posts.post_id,
        brand_posts.created_on,
        brand_posts.is_edited,
        brand_posts.is_deleted,
        coalesce(answers.answer_count, 0) as answer_count,
        coalesce(answers.negative_count, 0) as negative_count,
        coalesce(answers.early_answer_count, 0) as early_answer_count,
        coalesce(answers.early_negative_count, 0) as early_negative_count,
        cast(brand_posts.comment_count as double) / nullif(brand_posts.like_count, 0)
            as reply_ratio,
        cast(answers.negative_count as double) / answers.answer_count as negative_rate,
        cast(answers.early_negative_count as double) / nullif(answers.early_answer_count, 0)
            as early_negative_rate
    from brand_posts
    left join answers
        on
            brand_posts.source_slug = answers.source_slug
            and brand_posts.post_id = answers.post_id
)

select * from final
