-- One row per stream, interval and measure for which the source tells a total of its own.

{{ config(materialized='view') }}

with landed_files as (select * from {{ ref('stg_operations__landed_files') }}),
accepted_files as (select * from {{ ref('stg_operations__accepted_files') }}),
search_coverage as (select * from {{ ref('int_search_coverage_daily') }}),
web_events as (select * from {{ ref('stg_ga4__events') }}),
web_reports as (select * from {{ ref('stg_ga4__report_daily') }}),

views_landed as (
    select
        web_events.event_on,
        count(case when web_events.event_name in ('page_view', 'screen_view') then 1 end)
            as view_count
    from web_events
    group by web_events.event_on
),

views_reported as (
    select
        web_reports.report_on,
        sum(web_reports.view_count) as view_count
    from web_reports
    -- A report that was not asked for views tells no total.
    where web_reports.view_count is not null
    group by web_reports.report_on
),

by_day as (
    select
        'ga4' as source_slug,
        'events' as stream_slug,
        'views' as measure_slug,
        views_reported.report_on,
        views_reported.view_count as source_count,
        views_landed.view_count as landed_count
    from views_reported
    inner join views_landed on views_reported.report_on = views_landed.event_on
    union all
    select
        'search_console' as source_slug,
        'by_query_page' as stream_slug,
        'clicks' as measure_slug,
        search_coverage.report_on,
        search_coverage.click_count as source_count,
        search_coverage.detail_click_count as landed_count
    from search_coverage
    union all
    select
        'search_console' as source_slug,
        'by_query_page' as stream_slug,
        'impressions' as measure_slug,
        search_coverage.report_on,
        search_coverage.impression_count as source_count,
        search_coverage.detail_impression_count as landed_count
    from search_coverage
),

final as (
    select
        accepted_files.source_slug,
        accepted_files.stream_slug,
        'rows' as measure_slug,
        accepted_files.interval_start_at,
        accepted_files.interval_end_at,
        landed_files.source_row_count as source_count,
        landed_files.shown_row_count as landed_count
    from landed_files
    inner join accepted_files on landed_files.lake_path = accepted_files.lake_path
    where landed_files.source_row_count is not null
    union all
    select
        by_day.source_slug,
        by_day.stream_slug,
        by_day.measure_slug,
        cast(by_day.report_on as timestamp) as interval_start_at,
        cast({{ dbt.dateadd('day', 1, 'by_day.report_on') }} as timestamp) as interval_end_at,
        cast(by_day.source_count as bigint) as source_count,
        cast(by_day.landed_count as bigint) as landed_count
    from by_day
)

select * from final
