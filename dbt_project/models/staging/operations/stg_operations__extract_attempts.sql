-- One row per attempt to land a window of a stream, whatever came of it.

{{ config(unique_key='started_on') }}

{% set columns = {
    'attempt_id': 'string', 'source_slug': 'string', 'stream_name': 'string', 'kind_type': 'string',
    'window_start': 'timestamp', 'window_end': 'timestamp', 'run_id': 'string', 'attempt': 'bigint',
    'outcome_type': 'string', 'error_type': 'string', 'message': 'string', 'http_status': 'bigint',
    'defer_seconds': 'double', 'rows': 'bigint', 'new_rows': 'bigint', 'duplicates': 'bigint',
    'outside_window': 'bigint', 'invalid_rows': 'bigint', 'requests': 'bigint', 'retries': 'bigint',
    'bytes': 'bigint', 'note': 'string', 'started_at': 'timestamp', 'finished_at': 'timestamp',
    'duration_seconds': 'double'
} %}

with written as (
    select * from {{ operation_rows('extract_attempts', columns, 'started_on') }} as files
),

final as (
    select
        written.attempt_id,
        written.source_slug,
        written.stream_name as stream_slug,
        written.run_id,
        cast(written.window_start as timestamp) as window_start_at,
        cast(written.window_end as timestamp) as window_end_at,
        cast(written.started_at as timestamp) as started_at,
        cast(written.finished_at as timestamp) as finished_at,
        cast(cast(written.started_at as timestamp) as date) as started_on,
        written.kind_type,
        written.outcome_type,
        written.error_type,
        cast(written.http_status as bigint) as http_status_code,
        written.message,
        written.note,
        cast(written.attempt as bigint) as attempt_number,
        written.rows as row_count,
        written.new_rows as new_row_count,
        written.duplicates as duplicate_count,
        written.outside_window as outside_window_count,
        written.invalid_rows as invalid_row_count,
        written.requests as request_count,
        written.retries as retry_count,
        written.bytes as byte_count,
        written.defer_seconds,
        written.duration_seconds,
        {{ build_id() }} as _build_id
    from written
)

select * from final
