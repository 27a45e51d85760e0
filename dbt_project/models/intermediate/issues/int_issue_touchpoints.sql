-- One row per touchpoint that belongs to an issue, with its place among the issue's contacts.

with members as (select * from {{ ref('int_issue_members') }}),
followers as (select * from {{ ref('int_issue_followers') }}),

touchpoints as (
    select * from {{ ref('int_touchpoints_unioned') }}
    where touchpoint_type in ('survey_answer', 'mention', 'brand_reply') and not is_deleted
),

parameters as (select * from {{ ref('issue_parameters') }}),

unioned as (
    select
        members.issue_key,
        members.touchpoint_key,
        members.touchpoint_type,
        members.started_at,
        members.started_on,
        members.channel_slug,
        members.direction_type,
        members.is_handled,
        case
            when members.ticket_id is not null then 'ticket'
            when members.contact_reason_type = 'uncoded' then 'time'
            else 'reason'
        end as evidence_type
    from members
    union all
    select
        followers.issue_key,
        followers.touchpoint_key,
        touchpoints.touchpoint_type,
        touchpoints.started_at,
        touchpoints.started_on,
        touchpoints.channel_slug,
        touchpoints.direction_type,
        false as is_handled,
        followers.evidence_type
    from followers
    inner join touchpoints on followers.touchpoint_key = touchpoints.touchpoint_key
),

{# Handled contacts count among themselves: neither who hung up nor the company's own calls. #}
placed as (
    select
        unioned.*,
        row_number() over (
            partition by unioned.issue_key, unioned.is_handled
            order by unioned.started_at, unioned.touchpoint_key
        ) as place,
        lag(unioned.started_at) over (
            partition by unioned.issue_key, unioned.is_handled
            order by unioned.started_at, unioned.touchpoint_key
        ) as earlier_at
    from unioned
),

final as (
    select
        placed.issue_key,
        placed.touchpoint_key,
        placed.touchpoint_type,
        placed.started_at,
        placed.started_on,
        placed.channel_slug,
        placed.direction_type,
        placed.evidence_type,
        placed.is_handled,
        case when placed.is_handled then placed.place end as contact_number,
        placed.is_handled
        and placed.earlier_at is not null
        and placed.started_at
        <= {{ dbt.dateadd('day', 'parameters.repeat_within_days', 'placed.earlier_at') }}
            as is_repeat
    from placed
    cross join parameters
)

select * from final
