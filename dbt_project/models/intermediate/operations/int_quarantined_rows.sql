-- One row per record and file that is held back, or that somebody released or dropped.

with held_rows as (
    select * from {{ ref('stg_operations__held_rows') }}
),

files as (
    select * from {{ ref('stg_operations__accepted_files') }}
),

decisions as (
    select * from {{ ref('stg_operations__quarantine_decisions') }}
),

{# The list of rows remembers files that are gone since. #}
held as (
    select
        held_rows.row_id,
        held_rows.lake_path,
        cast(null as timestamp) as decided_at,
        'held' as state_type,
        held_rows.flaw_type,
        held_rows.held_reason,
        held_rows.row_count
    from held_rows
    inner join files on held_rows.lake_path = files.lake_path
),

ranked as (
    select
        decisions.*,
        row_number() over (
            partition by decisions.row_id, decisions.lake_path
            order by decisions.decided_at desc, decisions.decision_id desc
        ) as recency_rank
    from decisions
),

{# A row that is held again in spite of a decision is held. #}
decided as (
    select
        ranked.row_id,
        ranked.lake_path,
        ranked.decided_at,
        case when ranked.decision_type = 'release' then 'released' else 'dropped' end as state_type,
        ranked.flaw_type,
        ranked.held_reason,
        cast(1 as bigint) as row_count
    from ranked
    left join held on ranked.row_id = held.row_id and ranked.lake_path = held.lake_path
    where ranked.recency_rank = 1 and held.row_id is null
),

final as (
    select * from held
    union all
    select * from decided
)

select * from final
