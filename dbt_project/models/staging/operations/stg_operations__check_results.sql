-- One row per check of one gate run.

with results as (
    select * from {{ operations_rows('check_results', {
        'gate_type': 'string', 'suite_name': 'string', 'check_name': 'string',
        'severity_type': 'string', 'is_success': 'boolean', 'observed': 'double',
        'expected': 'string', 'message': 'string', 'owner': 'string', 'runbook_slug': 'string',
        'source_slug': 'string', 'stream_name': 'string', 'file_path': 'string',
        'interval_start': 'timestamp', 'interval_end': 'timestamp', 'checked_at': 'timestamp'
    }) }} as recorded
),

final as (
    select
        {{ surrogate_key(['_file', 'suite_name', 'check_name']) }} as check_result_key,
        suite_name,
        check_name,
        source_slug,
        stream_name,
        file_path,
        runbook_slug,
        owner as owner_slug,
        interval_start as interval_start_at,
        interval_end as interval_end_at,
        checked_at,
        cast(checked_at as date) as checked_on,
        gate_type,
        severity_type,
        is_success,
        message,
        observed as observed_value,
        expected as expected_text,
        {{ surrogate_key(['_file', 'suite_name', 'check_name']) }} as _pk,
        _file,
        checked_at as _extracted_at,
        {{ build_id() }} as _build_id
    from results
)

select * from final
