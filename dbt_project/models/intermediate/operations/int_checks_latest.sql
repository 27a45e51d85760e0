-- One row per check of the newest judgement of each file, and of the newest judgement of the marts.

{{ config(materialized='view') }}

with check_results as (select * from {{ ref('stg_operations__check_results') }}),

ranked as (
    select
        check_results.*,
        {# A file is named by its place in the lake, the marts by their file. #}
        max(check_results.checked_at) over (partition by check_results.file_path)
            as last_checked_at
    from check_results
),

final as (
    select
        ranked.check_result_key,
        ranked.suite_name,
        ranked.source_slug,
        ranked.stream_name as stream_slug,
        ranked.file_path,
        ranked.checked_at,
        ranked.gate_type,
        ranked.severity_type,
        ranked.is_success
    from ranked
    where ranked.checked_at = ranked.last_checked_at
)

select * from final
