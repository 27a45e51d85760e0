-- One row per file of the lake that the gate accepted: its stream and its interval, from its name.

{# The state of the lake is its files: there is no other record of what landed. #}
{{ config(materialized='table') }}

with files as (
    select listed.file
    from {{ files_listed(var('lake') ~ '/raw/*/*/dt=*/*.parquet') }} as listed
),

parts as (
    select
        files.file,
        {{ path_in_zone('files.file') }} as lake_path,
        split_part(split_part(files.file, '/dt=', 2), '/', 2) as file_name
    from files
),

final as (
    select
        parts.file as file_path,
        parts.lake_path,
        split_part(parts.lake_path, '/', 1) as source_slug,
        split_part(parts.lake_path, '/', 2) as stream_slug,
        {{ stamp_to_timestamp('parts.file_name') }} as interval_start_at,
        {{ stamp_to_timestamp("split_part(parts.file_name, '--', 2)") }} as interval_end_at,
        {{ build_id() }} as _build_id
    from parts
)

select * from final
