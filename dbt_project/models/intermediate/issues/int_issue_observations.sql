-- One row per metric and issue, contact or ticket that it counts: 100 or 0, and its day.

{{ config(materialized='view') }}

with issues as (select * from {{ ref('int_issues') }}),

touchpoints as (
    select * from {{ ref('int_issue_touchpoints') }}
    where is_handled
),

tickets as (
    select * from {{ ref('int_tickets') }}
    where solved_at is not null and not is_deleted
),

channels as (
    select * from {{ ref('channels') }}
    where not is_voice
),

parameters as (select * from {{ ref('issue_parameters') }}),

judged as (
    select
        issues.*,
        'fcr_no_repeat' as metric_slug,
        issues.was_solved_without_repeat as has_happened
    from issues
    union all
    select
        issues.*,
        'fcr_no_repeat_net' as metric_slug,
        case when issues.is_first_line then issues.was_solved_without_repeat end as has_happened
    from issues
    union all
    select
        issues.*,
        'fcr_coded' as metric_slug,
        issues.was_solved_as_coded as has_happened
    from issues
    union all
    select
        issues.*,
        'fcr_asked' as metric_slug,
        issues.was_solved_as_asked as has_happened
    from issues
),

unioned as (
    select
        judged.metric_slug,
        judged.first_contact_on as booked_on,
        judged.first_channel_slug as channel_slug,
        judged.is_censored as is_provisional,
        judged.has_happened
    from judged
    union all
    {# Of a contact without a reason nobody can say that it repeats another one. #}
    select
        'repeat_contact_rate' as metric_slug,
        touchpoints.started_on as booked_on,
        touchpoints.channel_slug,
        false as is_provisional,
        touchpoints.is_repeat as has_happened
    from touchpoints
    inner join issues on touchpoints.issue_key = issues.issue_key
    where issues.contact_reason_type <> 'uncoded'
    union all
    {# The two forms in use differ for tickets that were solved without any reply. #}
    select
        'one_touch_rate' as metric_slug,
        cast(tickets.solved_at as date) as booked_on,
        tickets.channel_slug,
        false as is_provisional,
        tickets.reply_count <= parameters.one_touch_reply_count as has_happened
    from tickets
    inner join channels on tickets.channel_slug = channels.channel_slug
    cross join parameters
    union all
    select
        'one_touch_exact_rate' as metric_slug,
        cast(tickets.solved_at as date) as booked_on,
        tickets.channel_slug,
        false as is_provisional,
        tickets.reply_count = parameters.one_touch_reply_count as has_happened
    from tickets
    inner join channels on tickets.channel_slug = channels.channel_slug
    cross join parameters
),

final as (
    select
        unioned.metric_slug,
        unioned.booked_on,
        unioned.channel_slug,
        unioned.is_provisional,
        case when unioned.has_happened then cast(100 as double) else cast(0 as double) end as score
    from unioned
    where unioned.has_happened is not null
)

select * from final
