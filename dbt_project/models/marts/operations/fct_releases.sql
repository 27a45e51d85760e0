-- One row per release that was shown, and the one that took its place.

with releases as (select * from {{ ref('stg_operations__releases') }}),

followed as (
    select
        releases.*,
        lead(releases.built_at) over (order by releases.built_at, releases.release_id)
            as followed_at
    from releases
),

final as (
    select
        followed.release_id,
        followed.base_release_id,
        followed.as_of_at,
        followed.built_at,
        followed.followed_at,
        followed.trust_grade,
        followed.code_version,
        followed.build_number,
        {{ epoch_seconds('followed.followed_at') }} - {{ epoch_seconds('followed.built_at') }}
            as newest_seconds,
        followed.file_count,
        followed.mart_count,
        followed.row_count,
        followed.doubted_mart_count,
        followed.changed_mart_count,
        followed.added_row_count,
        followed.removed_row_count,
        followed.changed_row_count
    from followed
)

select * from final
