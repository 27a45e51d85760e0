-- One row per brand and day, its share of all posts on X that name it or a competitor.

{# A table: who deletes a post takes it from a day long past. #}

with voices as (select * from {{ ref('int_x_voices') }}),
voice_queries as (select * from {{ ref('voice_queries') }}),

days as (
    select
        created_on,
        query_version,
        count(*) as all_mention_count
    from voices
    group by created_on, query_version
),

brands as (
    select
        created_on,
        query_version,
        brand_slug,
        count(*) as mention_count,
        count(distinct author_id) as author_count
    from voices
    group by created_on, query_version, brand_slug
),

final as (
    select
        {{ surrogate_key(['voice_queries.brand_slug', 'days.created_on']) }} as share_of_voice_key,
        voice_queries.brand_slug,
        days.created_on as mentioned_on,
        days.query_version,
        voice_queries.brand_name,
        voice_queries.is_own,
        coalesce(brands.mention_count, 0) as mention_count,
        coalesce(brands.author_count, 0) as author_count,
        days.all_mention_count,
        cast(coalesce(brands.mention_count, 0) as double) / days.all_mention_count as share_rate
    from days
    inner join voice_queries on days.query_version = voice_queries.query_version
    left join brands
        on
            days.created_on = brands.created_on
            and days.query_version = brands.query_version
            and voice_queries.brand_slug = brands.brand_slug
)

select * from final
