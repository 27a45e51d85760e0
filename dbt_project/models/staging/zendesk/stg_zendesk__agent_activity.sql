-- One row per agent and day: what Talk had counted since midnight of the account's time zone.

{# A file read again replaces its day: an agent that it no longer holds has left. #}
{{ config(pre_hook="{{ delete_landed_days('zendesk', 'agent_activity', day='snapshot_on') }}") }}

{# The key holds the day: the counters begin anew each day, and each reading stays. The day is the
   last of the interval, whose end is exclusive. #}
{% set day = "cast(cast(_interval_end as timestamp) - interval 1 second as date)" %}
{% set key = "_pk || '|' || cast(" ~ day ~ " as string)" %}
{% set structure = {
    'agent_id': 'bigint', 'name': 'string', 'calls_accepted': 'bigint', 'calls_denied': 'bigint',
    'calls_missed': 'bigint', 'online_time': 'bigint', 'available_time': 'bigint',
    'away_time': 'bigint', 'total_call_duration': 'bigint', 'total_talk_time': 'bigint',
    'total_hold_time': 'bigint', 'total_wrap_up_time': 'bigint', 'average_talk_time': 'bigint'
} %}

with decoded as {{
    decoded(landed_rows('zendesk', 'agent_activity', key=key, whole_days=true), structure)
}},

final as (
    select
        decoded.record.agent_id,
        decoded._extracted_at as snapshot_at,
        cast(decoded._interval_end - interval 1 second as date) as snapshot_on,
        decoded.is_deleted,
        decoded.record.name as agent_name,
        decoded.record.calls_accepted as accepted_count,
        decoded.record.calls_denied as denied_count,
        decoded.record.calls_missed as missed_count,
        decoded.record.online_time as online_seconds,
        decoded.record.available_time as available_seconds,
        decoded.record.away_time as away_seconds,
        decoded.record.total_call_duration as call_seconds,
        decoded.record.total_talk_time as talk_seconds,
        decoded.record.total_hold_time as hold_seconds,
        decoded.record.total_wrap_up_time as wrap_up_seconds,
        decoded.record.average_talk_time as average_talk_seconds,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
