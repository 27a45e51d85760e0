-- One row per record that an accepted file holds back; a file that comes again replaces its own.

{{ config(
    incremental_strategy='append',
    unique_key=none,
    pre_hook="{{ delete_rows_of_new_files('lake_path') }}"
) }}

{%- set files = files_of_all_streams() %}
{%- set columns = {
    'filename': 'string', '_pk': 'string', '_payload_sha': 'binary', '_error': 'string',
    '_extracted_at': 'timestamp'
} %}

with marked as (
    select
        {{ path_in_zone(path_of_row()) }} as lake_path,
        {{ landed_row_key() }} as row_key,
        recorded._error as held_reason,
        cast(recorded._extracted_at as timestamp) as _extracted_at
    from {{ read_files(files) if files else no_rows(columns) }} as recorded
    where recorded._error is not null and recorded._error not like 'gate: dropped by %'
),

final as (
    select
        lake_path,
        {{ row_id('lake_path', 'row_key') }} as row_id,
        {{ reason_without_values('max(held_reason)') }} as held_reason,
        case when max(held_reason) like 'gate: %' then 'gate' else 'type' end as flaw_type,
        count(*) as row_count,
        max(_extracted_at) as _extracted_at,
        {{ build_id() }} as _build_id
    from marked
    group by lake_path, row_key
)

select * from final
