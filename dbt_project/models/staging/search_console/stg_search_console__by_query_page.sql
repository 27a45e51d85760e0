-- One row per day, query, page, country and kind of device; a day that comes again replaces the
-- day.

{{ config(
    incremental_strategy='append',
    unique_key=none,
    pre_hook="{{ delete_landed_days('search_console', 'by_query_page', day='report_on') }}"
) }}

{% set structure = {
    'query': 'string', 'page': 'string', 'country': 'string', 'device': 'string',
    'aggregationType': 'string', 'clicks': 'double', 'impressions': 'double', 'position': 'double'
} %}

with decoded as {{
    decoded(landed_rows('search_console', 'by_query_page', against_existing=false), structure)
}},

final as (
    select
        {{ surrogate_key(['decoded._pk']) }} as search_key,
        cast(decoded._interval_start as date) as report_on,
        decoded.record.query as query_text,
        decoded.record.page as page_location,
        decoded.record.country as country_code,
        lower(decoded.record.device) as device_type,
        decoded.record.aggregationtype as aggregation_type,
        cast(decoded.record.clicks as bigint) as click_count,
        cast(decoded.record.impressions as bigint) as impression_count,
        decoded.record.position as mean_position,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
