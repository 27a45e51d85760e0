-- One row per queue and quarter of an hour of the telephone desk's export.

{# A day's file that comes again replaces the day. #}
{{ config(pre_hook="{{ delete_landed_days('files', 'acd_intervals', day='started_on') }}") }}

{% set structure = {
    'queue': 'string', 'interval_start': 'string', 'offered': 'bigint', 'answered': 'bigint',
    'answered_in_target': 'bigint', 'abandoned': 'bigint', 'short_abandoned': 'bigint',
    'mean_answered_wait_seconds': 'double', 'mean_abandoned_wait_seconds': 'double',
    'mean_handle_seconds': 'double', 'longest_wait_seconds': 'bigint'
} %}

with decoded as {{ decoded(landed_rows('files', 'acd_intervals', whole_days=true), structure) }},

final as (
    select
        decoded.record.queue as queue_name,
        try_cast(decoded.record.interval_start as timestamp) as started_at,
        cast(try_cast(decoded.record.interval_start as timestamp) as date) as started_on,
        decoded.is_deleted,
        decoded.record.offered as offered_count,
        decoded.record.answered as answered_count,
        decoded.record.answered_in_target as answered_in_target_count,
        decoded.record.abandoned as abandoned_count,
        decoded.record.short_abandoned as short_abandoned_count,
        decoded.record.mean_answered_wait_seconds,
        decoded.record.mean_abandoned_wait_seconds,
        decoded.record.mean_handle_seconds,
        decoded.record.longest_wait_seconds,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
