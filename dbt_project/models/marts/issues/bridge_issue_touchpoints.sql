-- One row per touchpoint that belongs to an issue.

with touchpoints as (select * from {{ ref('int_issue_touchpoints') }}),

final as (
    select
        touchpoints.issue_key,
        touchpoints.touchpoint_key,
        touchpoints.started_at,
        touchpoints.started_on,
        touchpoints.touchpoint_type,
        touchpoints.channel_slug,
        touchpoints.direction_type,
        touchpoints.evidence_type,
        touchpoints.is_handled,
        touchpoints.is_repeat,
        touchpoints.contact_number
    from touchpoints
)

select * from final
