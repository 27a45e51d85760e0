-- One row per day and query, typed at Google or on the site, and one per day for rare queries.

{{ config(materialized='view') }}

with details as (select * from {{ ref('stg_search_console__by_query_page') }}),
coverage as (select * from {{ ref('int_search_coverage_daily') }}),
scrubbed as (select * from {{ ref('int_texts_scrubbed') }}),

site_searches as (
    select * from {{ ref('stg_ga4__events') }}
    where event_name = 'view_search_results' and site_search_text is not null
),

{# A position is that of an impression, so it is weighed by impressions. #}
parts as (
    select
        details.report_on,
        'query' as keyword_type,
        lower(trim(scrubbed.shown_text)) as query_text,
        details.click_count,
        details.impression_count,
        details.mean_position * details.impression_count as position_sum,
        0 as site_search_count,
        details._build_id
    from details
    left join scrubbed on details.query_text = scrubbed.text
    union all
    select
        site_searches.event_on as report_on,
        'query' as keyword_type,
        lower(trim(scrubbed.shown_text)) as query_text,
        0 as click_count,
        0 as impression_count,
        0 as position_sum,
        1 as site_search_count,
        site_searches._build_id
    from site_searches
    left join scrubbed on site_searches.site_search_text = scrubbed.text
    union all
    select
        coverage.report_on,
        'unattributed' as keyword_type,
        '(unattributed)' as query_text,
        coverage.click_count - coverage.detail_click_count as click_count,
        coverage.impression_count - coverage.detail_impression_count as impression_count,
        null as position_sum,
        0 as site_search_count,
        coverage._build_id
    from coverage
),

final as (
    select
        parts.report_on,
        parts.keyword_type,
        parts.query_text,
        cast(sum(parts.click_count) as bigint) as click_count,
        cast(sum(parts.impression_count) as bigint) as impression_count,
        sum(parts.position_sum) / nullif(sum(parts.impression_count), 0) as mean_position,
        cast(sum(parts.site_search_count) as bigint) as site_search_count,
        max(parts._build_id) as _build_id
    from parts
    group by parts.report_on, parts.keyword_type, parts.query_text
)

select * from final
