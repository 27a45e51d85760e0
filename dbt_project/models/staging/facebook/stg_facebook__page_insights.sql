-- One row per metric of the page and report day.

{# A day's file that comes again replaces the day. #}
{{ config(
    incremental_strategy='append',
    unique_key=none,
    pre_hook="{{ delete_landed_days('facebook', 'page_insights', day='report_on') }}"
) }}

{# The metric's id is the same every day, so the key holds the day, which is the file's. #}
{% set key = "_pk || '|' || cast(cast(cast(_interval_start as timestamp) as date) as string)" %}
{% set structure = {
    'name': 'string', 'period': 'string', 'metric_unavailable': 'boolean',
    'values': [{'value': 'double', 'end_time': 'string'}]
} %}

with decoded as (
    select
        landed.*,
        cast(landed._interval_start as date) as report_on,
        {{ decode_json('landed._payload', structure) }} as record
    from {{ landed_rows(
        'facebook', 'page_insights', key=key, against_existing=false
    ) }} as landed
),

{# `end_time` is the end of the report day in Pacific time: 24 hours earlier lies in that day. An
   answer may hold days that were not asked for. #}
measures as (
    select
        taken._pk,
        taken.measure.value as metric_value,
        try_cast(taken.measure.end_time as timestamp) as ended_at
    from (
        select
            decoded._pk,
            decoded.report_on,
            {{ unnest_list('decoded.record."values"') }} as measure
        from decoded
    ) as taken
    where
        cast(try_cast(taken.measure.end_time as timestamp) - interval 1 day as date)
        = taken.report_on
),

final as (
    select
        decoded.record.name as metric_code,
        decoded.report_on,
        measures.ended_at,
        decoded.record.period as period_type,
        decoded.is_deleted,
        measures.metric_value is not null as is_available,
        measures.metric_value,
        {{ technical_columns('decoded') }}
    from decoded
    left join measures on decoded._pk = measures._pk
    where measures._pk is not null or decoded.record.metric_unavailable
)

select * from final
