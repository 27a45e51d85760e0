-- One row per check of a gate run.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='checked_on',
    meta={'touched_days': [
        'days_of_changed_rows', 'stg_operations__check_results', 'check_result_key', 'checked_on'
    ]}
) }}

with check_results as (
    select * from {{ ref('stg_operations__check_results') }}
    {% if is_incremental() %}
    where checked_on in ({{ days_of_changed_rows(
        'stg_operations__check_results', 'check_result_key', 'checked_on'
    ) }})
    {% endif %}
),

final as (
    select
        check_results.check_result_key,
        check_results.source_slug,
        check_results.stream_name as stream_slug,
        check_results.runbook_slug,
        check_results.interval_start_at,
        check_results.interval_end_at,
        check_results.checked_at,
        check_results.checked_on,
        check_results.gate_type,
        check_results.severity_type,
        check_results.is_success,
        check_results.suite_name,
        check_results.check_name,
        check_results.owner_slug,
        check_results.file_path,
        check_results.expected_text,
        check_results.message,
        check_results.observed_value
    from check_results
)

select * from final
