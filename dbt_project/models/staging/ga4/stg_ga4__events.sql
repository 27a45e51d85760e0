-- One row per event of the GA4 export; a day's file that comes again replaces the day.

{{ config(
    incremental_strategy='append',
    unique_key=none,
    pre_hook="{{ delete_landed_days('ga4', 'events') }}"
) }}

with landed as (
    select * from {{ landed_rows(
        'ga4', 'events', columns=ga4_columns(), against_existing=false
    ) }} as newest
),

final as (
    select
        {{ surrogate_key([
            'landed.user_pseudo_id', 'landed.event_timestamp', 'landed.event_name',
            'landed.event_bundle_sequence_id', 'landed.batch_page_id', 'landed.batch_ordering_id',
            'landed.batch_event_index'
        ]) }} as event_key,
        landed.user_pseudo_id as web_client_id,
        landed.user_id as customer_number,
        {{ ga_param('landed', 'ga_session_id', 'int_value') }} as ga_session_id,
        {{ ga_param('landed', 'ga_session_number', 'int_value') }} as ga_session_number,
        coalesce(
            {{ ga_param('landed', 'transaction_id', 'string_value') }},
            landed.ecommerce.transaction_id
        ) as transaction_code,
        {{ timestamp_from_micros('landed.event_timestamp') }} as event_at,
        cast(
            substr(landed.event_date, 1, 4) || '-' || substr(landed.event_date, 5, 2) || '-'
            || substr(landed.event_date, 7, 2) as date
        ) as event_on,
        landed.device.category as device_type,
        landed.event_name,
        {{ ga_param('landed', 'page_location', 'string_value') }} as page_location,
        coalesce(
            landed.collected_traffic_source.manual_source, landed.traffic_source.source
        ) as source_name,
        coalesce(
            landed.collected_traffic_source.manual_medium, landed.traffic_source.medium
        ) as medium_name,
        {{ ga_param('landed', 'engagement_time_msec', 'int_value') }} as engagement_milliseconds,
        landed.event_value_in_usd as value_usd,
        {{ ga_param('landed', 'search_term', 'string_value') }} as site_search_text,
        cast(landed._interval_start as date) as _landed_on,
        {{ technical_columns('landed') }}
    from landed
)

select * from final
