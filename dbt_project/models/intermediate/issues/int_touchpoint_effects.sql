-- One row per inbound touchpoint: whether it reached its goal, and what its customer did next.

with touchpoints as (
    select * from {{ ref('int_touchpoints_unioned') }}
    where
        not is_deleted
        and direction_type = 'inbound'
        and touchpoint_type in ('call', 'ticket', 'crm_ticket', 'web_session', 'mention')
),

identifiers_resolved as (select * from {{ ref('int_identifiers_resolved') }}),
members as (select * from {{ ref('int_issue_members') }}),
goals as (select * from {{ ref('touchpoint_goals') }}),

stage_periods as (
    select * from {{ ref('int_lifecycle_stage_periods') }}
    where direction_type = 'forward'
),

happened as (
    select
        touchpoints.touchpoint_key,
        touchpoints.touchpoint_type,
        touchpoints.started_at,
        touchpoints.started_on,
        touchpoints.outcome_type,
        coalesce(identifiers_resolved.customer_key, 'unknown') as customer_key,
        case when members.is_handled then touchpoints.started_at end as contact_at,
        cast(null as timestamp) as stage_at
    from touchpoints
    left join identifiers_resolved
        on touchpoints.identifier_key = identifiers_resolved.identifier_key
    left join members on touchpoints.touchpoint_key = members.touchpoint_key
    union all
    select
        cast(null as string) as touchpoint_key,
        'stage' as touchpoint_type,
        stage_periods.entered_at as started_at,
        stage_periods.entered_on as started_on,
        cast(null as string) as outcome_type,
        stage_periods.customer_key,
        cast(null as timestamp) as contact_at,
        stage_periods.entered_at as stage_at
    from stage_periods
),

followed as (
    select
        happened.*,
        min(happened.contact_at) over (
            partition by happened.customer_key
            order by happened.started_at, happened.touchpoint_key
            rows between 1 following and unbounded following
        ) as next_contact_at,
        min(happened.stage_at) over (
            partition by happened.customer_key
            order by happened.started_at, happened.touchpoint_key
            rows between 1 following and unbounded following
        ) as next_stage_at
    from happened
),

final as (
    select
        followed.touchpoint_key,
        followed.touchpoint_type,
        followed.started_at,
        followed.started_on,
        followed.customer_key <> 'unknown' as is_known,
        goals.touchpoint_type is not null as has_reached_goal,
        followed.next_contact_at,
        followed.next_stage_at
    from followed
    left join goals
        on
            followed.touchpoint_type = goals.touchpoint_type
            and followed.outcome_type = goals.outcome_type
    where followed.touchpoint_key is not null
)

select * from final
