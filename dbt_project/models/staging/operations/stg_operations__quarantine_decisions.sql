-- One row per decision of a person on a held row, without who made it and why.

{# Few, and erasing a person may change them: read anew each time. #}
{{ config(materialized='table') }}

with decisions as (
    select *
    from {{ quarantine_decisions() }} as recorded
),

final as (
    select
        decision_id,
        row_id,
        file_path as lake_path,
        cast(decided_at as timestamp) as decided_at,
        {{ reason_without_values('held_reason') }} as held_reason,
        case when held_reason like 'gate: %' then 'gate' else 'type' end as flaw_type,
        decision_type,
        {{ build_id() }} as _build_id
    from decisions
)

select * from final
