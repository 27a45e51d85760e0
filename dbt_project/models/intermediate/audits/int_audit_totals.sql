-- One row per audit: its points over all questions, none where one of them fails the whole.

{{ config(materialized='view') }}

with audits as (select * from {{ ref('int_interaction_audits') }}),

final as (
    select
        audits.audit_id,
        audits.touchpoint_key,
        max(case when audits.is_auto_fail then 1 else 0 end) = 1 as is_failed,
        max(case when audits.has_second_reading then 1 else 0 end) = 1 as has_second_reading,
        case
            when max(case when audits.is_auto_fail then 1 else 0 end) = 1 then 0
            else sum(audits.earned_points)
        end as earned_points,
        sum(audits.possible_points) as possible_points
    from audits
    group by audits.audit_id, audits.touchpoint_key
)

select * from final
