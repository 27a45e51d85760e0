-- One row per release that was shown.

with releases as (
    select * from {{ operations_rows('releases', {
        'release_id': 'string', 'base_release_id': 'string', 'code_version': 'string',
        'trust_grade': 'string', 'as_of': 'timestamp', 'built_at': 'timestamp',
        'build_number': 'bigint', 'file_count': 'bigint', 'mart_count': 'bigint',
        'row_count': 'bigint', 'doubted_mart_count': 'bigint', 'changed_mart_count': 'bigint',
        'added_row_count': 'bigint', 'removed_row_count': 'bigint', 'changed_row_count': 'bigint'
    }) }} as recorded
),

final as (
    select
        release_id,
        base_release_id,
        code_version,
        as_of as as_of_at,
        built_at,
        trust_grade,
        build_number,
        file_count,
        mart_count,
        row_count,
        doubted_mart_count,
        changed_mart_count,
        added_row_count,
        removed_row_count,
        changed_row_count,
        _file as _pk,
        _file,
        built_at as _extracted_at,
        {{ build_id() }} as _build_id
    from releases
)

select * from final
