-- One row per issue: how often its customer came, and whether the first contact solved it.

with touchpoints as (select * from {{ ref('int_issue_touchpoints') }}),
members as (select * from {{ ref('int_issue_members') }}),
first_contacts as (select * from {{ ref('int_issue_first_contacts') }}),

answers as (
    select * from {{ ref('int_survey_responses') }}
    where survey_type = 'fcr'
),

parameters as (select * from {{ ref('issue_parameters') }}),

issues as (
    select
        members.issue_key,
        min(members.customer_key) as customer_key,
        min(members.contact_reason_type) as contact_reason_type,
        min(case when members.is_first_line then 1 else 0 end) = 1 as is_first_line
    from members
    group by members.issue_key
),

{# The harshest answer counts: one "no" means that it was not solved. #}
counted as (
    select
        touchpoints.issue_key,
        min(touchpoints.started_at) as begun_at,
        max(touchpoints.started_at) as last_touched_at,
        min(case when touchpoints.contact_number > 1 then touchpoints.started_at end)
            as second_contact_at,
        count(*) as touchpoint_count,
        count(case when touchpoints.is_handled then 1 end) as contact_count,
        count(case when touchpoints.is_repeat then 1 end) as repeat_contact_count,
        count(distinct touchpoints.channel_slug) as channel_count,
        min(answers.score_raw) as asked_score
    from touchpoints
    left join answers on touchpoints.touchpoint_key = answers.touchpoint_key
    group by touchpoints.issue_key
),

settled as (
    select
        counted.*,
        first_contacts.touchpoint_key as first_touchpoint_key,
        first_contacts.started_at as first_contact_at,
        first_contacts.channel_slug as first_channel_slug,
        first_contacts.is_solved_at_once,
        {{ dbt.dateadd('day', 'parameters.repeat_within_days', 'first_contacts.started_at') }}
            as settles_at
    from counted
    left join first_contacts on counted.issue_key = first_contacts.issue_key
    cross join parameters
),

final as (
    select
        issues.issue_key,
        issues.customer_key,
        settled.first_touchpoint_key,
        settled.begun_at,
        settled.first_contact_at,
        settled.last_touched_at,
        cast(settled.begun_at as date) as begun_on,
        cast(settled.first_contact_at as date) as first_contact_on,
        issues.contact_reason_type,
        settled.first_channel_slug,
        issues.is_first_line,
        coalesce(settled.settles_at > {{ as_of() }}, false) as is_censored,
        case when settled.first_contact_at is not null then settled.asked_score > 0 end
            as was_solved_as_asked,
        settled.is_solved_at_once as was_solved_as_coded,
        {# Of a contact without a reason nobody can say that another one repeats it. #}
        case
            when settled.first_contact_at is not null and issues.contact_reason_type <> 'uncoded'
                then coalesce(settled.second_contact_at > settled.settles_at, true)
        end as was_solved_without_repeat,
        settled.touchpoint_count,
        settled.contact_count,
        settled.repeat_contact_count,
        settled.channel_count
    from issues
    inner join settled on issues.issue_key = settled.issue_key
)

select * from final
