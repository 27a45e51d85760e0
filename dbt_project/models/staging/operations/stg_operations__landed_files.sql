-- One row per accepted file: the rows it holds, those held back, and what its source counts.

{# Rows are counted in the file, because the gate marks them after the manifest was written; what
   the source itself counts stands in the manifest alone. #}
{%- set files = files_of_all_streams() %}
{%- set paths = [] %}
{%- for file in files %}{% do paths.append([file]) %}{% endfor %}

with files as (
    select * from {{ rows_of(paths, ['file_path']) }} as listed
),

counted as (
    select
        {{ path_of_row() }} as file_path,
        count(*) as row_count,
        count(recorded._error) as marked_row_count,
        count(case when recorded._error like 'gate: dropped by %' then 1 end) as dropped_row_count
    from {{ read_files(files) if files else no_rows({'filename': 'string', '_error': 'string'}) }}
        as recorded
    group by {{ path_of_row() }}
),

manifests as (
    select
        footers.file_path,
        {{ decode_json(
            'footers.manifest', {'source_rows': 'bigint', 'shown_rows': 'bigint'}
        ) }} as told
    from {{ manifests_of(files) }} as footers
),

final as (
    select
        {{ path_in_zone('files.file_path') }} as _pk,
        {{ path_in_zone('files.file_path') }} as lake_path,
        coalesce(counted.row_count, 0) as row_count,
        coalesce(counted.marked_row_count - counted.dropped_row_count, 0) as held_row_count,
        coalesce(counted.dropped_row_count, 0) as dropped_row_count,
        manifests.told.source_rows as source_row_count,
        manifests.told.shown_rows as shown_row_count,
        {{ as_of() }} as _extracted_at,
        {{ build_id() }} as _build_id
    from files
    left join counted on files.file_path = counted.file_path
    left join manifests on files.file_path = manifests.file_path
)

select * from final
