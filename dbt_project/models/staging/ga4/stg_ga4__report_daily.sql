-- One row per report day and combination of the report's dimensions; a day that comes again
-- replaces the day.

{{ config(
    incremental_strategy='append',
    unique_key=none,
    pre_hook="{{ delete_landed_days('ga4', 'report_daily', day='report_on') }}"
) }}

{# Numbers are text, as the API writes them; key events are fractions where several share one. #}
{% set structure = {
    'sessionDefaultChannelGroup': 'string', 'deviceCategory': 'string',
    'landingPagePlusQueryString': 'string', 'sessions': 'string', 'engagedSessions': 'string',
    'activeUsers': 'string', 'keyEvents': 'string', 'screenPageViews': 'string',
    'isOtherRow': 'boolean', 'subjectToThresholding': 'boolean',
    'dataLossFromOtherRow': 'boolean', 'samplingMetadatas': [{'samplesReadCount': 'string'}]
} %}

with decoded as {{
    decoded(landed_rows('ga4', 'report_daily', against_existing=false), structure)
}},

final as (
    select
        decoded._pk as report_code,
        cast(decoded._interval_start as date) as report_on,
        decoded.record.sessiondefaultchannelgroup as channel_group_name,
        decoded.record.devicecategory as device_type,
        decoded.record.landingpageplusquerystring as landing_page,
        decoded.record.isotherrow as is_other_row,
        decoded.record.subjecttothresholding as is_thresholded,
        decoded.record.datalossfromotherrow as has_other_row,
        coalesce({{ list_first('decoded.record.samplingmetadatas') }} is not null, false)
            as is_sampled,
        try_cast(decoded.record.sessions as bigint) as session_count,
        try_cast(decoded.record.engagedsessions as bigint) as engaged_session_count,
        try_cast(decoded.record.activeusers as bigint) as active_user_count,
        try_cast(decoded.record.keyevents as double) as key_event_count,
        try_cast(decoded.record.screenpageviews as bigint) as view_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
