-- One row per attempt to land a window of a stream.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='started_on',
    meta={'touched_days': [
        'days_of_changed_rows', 'stg_operations__extract_attempts', 'attempt_id', 'started_on'
    ]}
) }}

with attempts as (
    select * from {{ ref('stg_operations__extract_attempts') }}
    {% if is_incremental() %}
    where
        started_on in (
            {{ days_of_changed_rows(
                'stg_operations__extract_attempts', 'attempt_id', 'started_on'
            ) }}
        )
    {% endif %}
),

final as (
    select
        attempts.attempt_id,
        attempts.source_slug,
        attempts.stream_name as stream_slug,
        attempts.run_id,
        attempts.window_start_at,
        attempts.window_end_at,
        attempts.started_at,
        attempts.finished_at,
        attempts.started_on,
        attempts.kind_type,
        attempts.outcome_type,
        attempts.error_type,
        attempts.http_status_code,
        attempts.message,
        attempts.note,
        attempts.attempt_number,
        attempts.row_count,
        attempts.new_row_count,
        attempts.duplicate_count,
        attempts.outside_window_count,
        attempts.invalid_row_count,
        attempts.request_count,
        attempts.retry_count,
        attempts.byte_count,
        attempts.defer_seconds,
        attempts.duration_seconds
    from attempts
)

select * from final
