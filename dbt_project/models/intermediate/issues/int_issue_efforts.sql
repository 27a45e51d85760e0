-- One row per issue: what it cost the customer and the agents, as far as records show.

with issues as (select * from {{ ref('int_issues') }}),
members as (select * from {{ ref('int_issue_members') }}),
steps as (select * from {{ ref('int_issue_steps') }}),
calls as (select * from {{ ref('int_calls') }}),
system_errors as (select * from {{ ref('int_call_system_errors') }}),
tickets as (select * from {{ ref('int_tickets') }}),
touchpoints as (select * from {{ ref('int_issue_touchpoints') }}),

answers as (
    select * from {{ ref('int_survey_responses') }}
    where survey_type = 'ces' and not is_deleted
),

steps_per_issue as (
    select
        steps.issue_key,
        count(case when steps.is_switch then 1 end) as channel_switch_count,
        count(case when steps.has_to_identify then 1 end) as identified_again_count
    from steps
    group by steps.issue_key
),

calls_per_issue as (
    select
        members.issue_key,
        count(case when members.direction_type = 'inbound' and not members.is_handled then 1 end)
            as given_up_count,
        sum(case when calls.agent_count > 1 then calls.agent_count - 1 else 0 end)
            as transfer_count,
        sum(calls.queue_seconds) as queue_seconds,
        sum(calls.hold_seconds) as hold_seconds,
        sum(calls.wrap_up_seconds) as wrap_up_seconds,
        sum(calls.handle_seconds) as handle_seconds,
        sum(system_errors.system_error_seconds) as system_error_seconds
    from members
    inner join calls on members.touchpoint_key = calls.touchpoint_key
    left join system_errors on members.touchpoint_key = system_errors.touchpoint_key
    group by members.issue_key
),

tickets_of_issues as (
    select distinct
        members.issue_key,
        members.ticket_id
    from members
),

tickets_per_issue as (
    select
        tickets_of_issues.issue_key,
        sum(tickets.reopen_count) as reopen_count,
        sum(tickets.first_response_minutes) as reply_wait_minutes,
        sum(tickets.resolution_seconds) as solving_seconds
    from tickets_of_issues
    inner join tickets on tickets_of_issues.ticket_id = tickets.ticket_id
    group by tickets_of_issues.issue_key
),

answers_per_issue as (
    select
        touchpoints.issue_key,
        avg(answers.score_raw) as ces_score
    from touchpoints
    inner join answers on touchpoints.touchpoint_key = answers.touchpoint_key
    group by touchpoints.issue_key
),

final as (
    select
        issues.issue_key,
        issues.begun_on,
        issues.repeat_contact_count,
        cast(coalesce(steps_per_issue.channel_switch_count, 0) as bigint) as channel_switch_count,
        cast(coalesce(steps_per_issue.identified_again_count, 0) as bigint)
            as identified_again_count,
        cast(coalesce(calls_per_issue.given_up_count, 0) as bigint) as given_up_count,
        cast(coalesce(calls_per_issue.transfer_count, 0) as bigint) as transfer_count,
        cast(coalesce(calls_per_issue.queue_seconds, 0) as bigint) as queue_seconds,
        cast(coalesce(calls_per_issue.hold_seconds, 0) as bigint) as hold_seconds,
        cast(coalesce(calls_per_issue.wrap_up_seconds, 0) as bigint) as wrap_up_seconds,
        cast(coalesce(calls_per_issue.handle_seconds, 0) as bigint) as handle_seconds,
        cast(coalesce(calls_per_issue.system_error_seconds, 0) as bigint) as system_error_seconds,
        cast(coalesce(tickets_per_issue.reopen_count, 0) as bigint) as reopen_count,
        cast(coalesce(tickets_per_issue.reply_wait_minutes, 0) as bigint) as reply_wait_minutes,
        cast(coalesce(tickets_per_issue.solving_seconds, 0) as bigint) as solving_seconds,
        answers_per_issue.ces_score
    from issues
    left join steps_per_issue on issues.issue_key = steps_per_issue.issue_key
    left join calls_per_issue on issues.issue_key = calls_per_issue.issue_key
    left join tickets_per_issue on issues.issue_key = tickets_per_issue.issue_key
    left join answers_per_issue on issues.issue_key = answers_per_issue.issue_key
)

select * from final
