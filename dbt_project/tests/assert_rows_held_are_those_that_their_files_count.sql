-- A row that the lake holds back and no list names is lost: nobody will ever decide on it.

with quarantined as (
    select
        lake_path,
        sum(row_count) as row_count
    from {{ ref('fct_quarantined_rows') }}
    where state_type = 'held'
    group by lake_path
),

counted as (
    select
        files.lake_path,
        files.held_row_count
    from {{ ref('stg_operations__landed_files') }} as files
    inner join {{ ref('stg_operations__accepted_files') }} as standing
        on files.lake_path = standing.lake_path
    where files.held_row_count > 0
)

select
    coalesce(counted.lake_path, quarantined.lake_path) as lake_path,
    counted.held_row_count,
    quarantined.row_count
from counted
full outer join quarantined on counted.lake_path = quarantined.lake_path
where counted.held_row_count is distinct from quarantined.row_count
