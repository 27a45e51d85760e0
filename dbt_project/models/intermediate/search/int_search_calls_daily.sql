-- One row per group of pages and day: how far searches and calls lie above the weekday's usual.

{{ config(materialized='view') }}

with details as (select * from {{ ref('stg_search_console__by_query_page') }}),
coverage as (select * from {{ ref('int_search_coverage_daily') }}),
page_groups as (select * from {{ ref('search_page_groups') }}),

calls as (
    select * from {{ ref('int_calls') }}
    where direction_type = 'inbound' and not is_deleted
),

searched as (
    select
        page_groups.page_group_slug,
        details.report_on,
        sum(details.impression_count) as impression_count
    from details
    inner join page_groups
        on
            {{ remove_matches('details.page_location', '^https?://[^/]+') }}
            like page_groups.page_path_prefix || '%'
    group by page_groups.page_group_slug, details.report_on
),

called as (
    select
        started_on,
        count(*) as call_count
    from calls
    group by started_on
),

groups_of_pages as (
    select distinct page_group_slug from page_groups
),

counted as (
    select
        groups_of_pages.page_group_slug,
        coverage.report_on,
        {{ iso_weekday('coverage.report_on') }} as iso_weekday_number,
        coalesce(searched.impression_count, 0) as impression_count,
        coalesce(called.call_count, 0) as call_count
    from coverage
    cross join groups_of_pages
    left join searched
        on
            coverage.report_on = searched.report_on
            and groups_of_pages.page_group_slug = searched.page_group_slug
    left join called on coverage.report_on = called.started_on
),

final as (
    select
        page_group_slug,
        report_on,
        cast({{ epoch_seconds('cast(report_on as timestamp)') }} / 604800 as bigint) as week_number,
        impression_count,
        call_count,
        ln(impression_count + 1) - avg(ln(impression_count + 1)) over same_weekday
            as search_excess,
        ln(call_count + 1) - avg(ln(call_count + 1)) over same_weekday as call_excess
    from counted
    window same_weekday as (partition by page_group_slug, iso_weekday_number)
)

select * from final
