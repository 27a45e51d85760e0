-- One row per attempt to land a window of a stream, whatever came of it.

with attempts as (
    select * from {{ operations_rows('extract_attempts', {
        'attempt_id': 'string', 'source_slug': 'string', 'stream_name': 'string',
        'kind_type': 'string', 'window_start': 'timestamp', 'window_end': 'timestamp',
        'run_id': 'string', 'attempt': 'bigint', 'outcome_type': 'string', 'error_type': 'string',
        'message': 'string', 'http_status': 'bigint', 'defer_seconds': 'double', 'rows': 'bigint',
        'new_rows': 'bigint', 'duplicates': 'bigint', 'outside_window': 'bigint',
        'invalid_rows': 'bigint', 'requests': 'bigint', 'retries': 'bigint', 'bytes': 'bigint',
        'note': 'string', 'started_at': 'timestamp', 'finished_at': 'timestamp',
        'duration_seconds': 'double'
    }) }} as recorded
),

final as (
    select
        attempt_id,
        run_id,
        source_slug,
        stream_name,
        window_start as window_start_at,
        window_end as window_end_at,
        started_at,
        finished_at,
        cast(started_at as date) as started_on,
        kind_type,
        outcome_type,
        error_type,
        http_status as http_status_code,
        message,
        note,
        attempt as attempt_number,
        rows as row_count,
        new_rows as new_row_count,
        duplicates as duplicate_count,
        outside_window as outside_window_count,
        invalid_rows as invalid_row_count,
        requests as request_count,
        retries as retry_count,
        bytes as byte_count,
        defer_seconds,
        duration_seconds,
        attempt_id as _pk,
        _file,
        finished_at as _extracted_at,
        {{ build_id() }} as _build_id
    from attempts
)

select * from final
