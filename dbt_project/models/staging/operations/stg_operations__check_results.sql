-- One row per check of a gate run.

{{ config(unique_key='checked_on') }}

{% set columns = {
    'gate_type': 'string', 'suite_name': 'string', 'check_name': 'string', 'severity_type': 'string',
    'is_success': 'boolean', 'observed': 'double', 'expected': 'string', 'message': 'string',
    'owner': 'string', 'runbook_slug': 'string', 'source_slug': 'string', 'stream_name': 'string',
    'file_path': 'string', 'interval_start': 'timestamp', 'interval_end': 'timestamp',
    'checked_at': 'timestamp'
} %}

with written as (
    select * from {{ operation_rows('check_results', columns, 'checked_on') }} as files
),

final as (
    select
        {{ surrogate_key([
            'written.gate_type', 'written.suite_name', 'written.check_name', 'written.file_path',
            'written.checked_at'
        ]) }} as check_result_key,
        written.source_slug,
        written.stream_name as stream_slug,
        written.runbook_slug,
        cast(written.interval_start as timestamp) as interval_start_at,
        cast(written.interval_end as timestamp) as interval_end_at,
        cast(written.checked_at as timestamp) as checked_at,
        cast(cast(written.checked_at as timestamp) as date) as checked_on,
        written.gate_type,
        written.severity_type,
        written.is_success,
        written.suite_name,
        written.check_name,
        written.owner as owner_name,
        written.file_path,
        written.expected as expected_text,
        written.message,
        written.observed as observed_value,
        {{ build_id() }} as _build_id
    from written
)

select * from final
