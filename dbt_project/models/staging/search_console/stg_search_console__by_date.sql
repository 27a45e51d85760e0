-- One row per day: the true totals of the property; a day that comes again replaces the day.

{{ config(
    incremental_strategy='append',
    unique_key=none,
    pre_hook="{{ delete_landed_days('search_console', 'by_date', day='report_on') }}"
) }}

{% set structure = {
    'aggregationType': 'string', 'clicks': 'double', 'impressions': 'double', 'position': 'double'
} %}

with decoded as {{
    decoded(landed_rows('search_console', 'by_date', against_existing=false), structure)
}},

final as (
    select
        cast(decoded._interval_start as date) as report_on,
        decoded.record.aggregationtype as aggregation_type,
        cast(decoded.record.clicks as bigint) as click_count,
        cast(decoded.record.impressions as bigint) as impression_count,
        decoded.record.position as mean_position,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
