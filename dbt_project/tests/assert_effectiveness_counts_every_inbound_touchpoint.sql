-- Every inbound call, ticket, session and mention stands in one row of its kind and day.

with touchpoints as (
    select
        touchpoint_type,
        started_on,
        count(*) as touchpoint_count
    from {{ ref('fct_touchpoints') }}
    where
        direction_type = 'inbound'
        and touchpoint_type in ('call', 'ticket', 'crm_ticket', 'web_session', 'mention')
    group by touchpoint_type, started_on
),

effectiveness as (
    select * from {{ ref('agg_touchpoint_effectiveness_daily') }}
)

select touchpoints.touchpoint_type
from touchpoints
left join effectiveness
    on
        touchpoints.touchpoint_type = effectiveness.touchpoint_type
        and touchpoints.started_on = effectiveness.started_on
where
    coalesce(effectiveness.touchpoint_count, 0) <> touchpoints.touchpoint_count
    or effectiveness.goal_count > effectiveness.touchpoint_count
    or effectiveness.again_settled_count > effectiveness.touchpoint_count
