-- One row per day that Search Console tells: searches that name the brand.

{{ config(materialized='view') }}

with keywords as (select * from {{ ref('int_keywords_daily') }}),

brand_patterns as (
    select distinct pattern from {{ ref('voice_queries') }}
    where is_own
),

reported as (
    select distinct report_on from keywords
    where keyword_type = 'unattributed'
),

{# A query that fits two patterns counts once. #}
branded as (
    select distinct
        keywords.report_on,
        keywords.query_text,
        keywords.click_count,
        keywords.impression_count
    from keywords
    inner join brand_patterns on keywords.query_text like brand_patterns.pattern
    where keywords.keyword_type = 'query'
),

final as (
    select
        reported.report_on,
        coalesce(sum(branded.click_count), 0) as click_count,
        coalesce(sum(branded.impression_count), 0) as impression_count
    from reported
    left join branded on reported.report_on = branded.report_on
    group by reported.report_on
)

select * from final
