-- One row per record and file that is held back, or that somebody released or dropped.

with quarantined as (
    select * from {{ ref('int_quarantined_rows') }}
),

parts as (
    select
        quarantined.*,
        split_part(split_part(quarantined.lake_path, '/dt=', 2), '/', 2) as file_name
    from quarantined
),

final as (
    select
        {{ surrogate_key(['parts.lake_path', 'parts.row_id']) }} as quarantined_row_key,
        split_part(parts.lake_path, '/', 1) as source_slug,
        split_part(parts.lake_path, '/', 2) as stream_slug,
        parts.row_id,
        parts.lake_path,
        {{ stamp_to_timestamp('parts.file_name') }} as interval_start_at,
        {{ stamp_to_timestamp("split_part(parts.file_name, '--', 2)") }} as interval_end_at,
        parts.decided_at,
        parts.state_type,
        parts.flaw_type,
        parts.held_reason,
        parts.row_count
    from parts
)

select * from final
