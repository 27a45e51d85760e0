-- One row per survey answer or post with the issue that it rates, follows or answers.

with members as (select * from {{ ref('int_issue_members') }}),

answers as (
    select * from {{ ref('int_survey_responses') }}
    where not is_deleted and survey_type <> 'nps'
),

posts as (select * from {{ ref('int_issue_posts') }}),
identifiers_resolved as (select * from {{ ref('int_identifiers_resolved') }}),
parameters as (select * from {{ ref('issue_parameters') }}),

candidates as (
    select
        answers.touchpoint_key,
        answers.identifier_key,
        answers.ticket_id,
        answers.submitted_at as started_at,
        parameters.answer_within_hours as within_hours
    from answers
    cross join parameters
    union all
    select
        posts.touchpoint_key,
        posts.identifier_key,
        cast(null as bigint) as ticket_id,
        posts.started_at,
        parameters.post_within_hours as within_hours
    from posts
    cross join parameters
    where posts.is_about_service
),

{# What names a ticket belongs to the ticket's issue, whoever wrote it and whenever. #}
by_ticket as (
    select
        candidates.touchpoint_key,
        min(members.issue_key) as issue_key
    from candidates
    inner join members on candidates.ticket_id = members.ticket_id
    group by candidates.touchpoint_key
),

{# Anything else follows its customer's last contact before it. #}
by_time as (
    select
        candidates.touchpoint_key,
        members.issue_key,
        row_number() over (
            partition by candidates.touchpoint_key
            order by members.started_at desc, members.touchpoint_key asc
        ) as recency_rank
    from candidates
    inner join identifiers_resolved
        on candidates.identifier_key = identifiers_resolved.identifier_key
    inner join members
        on
            identifiers_resolved.customer_key = members.customer_key
            and candidates.started_at >= members.started_at
            and candidates.started_at
            <= {{ dbt.dateadd('hour', 'candidates.within_hours', 'members.started_at') }}
    where
        candidates.ticket_id is null
        and identifiers_resolved.customer_key <> 'unknown'
),

conversations as (
    select
        posts.conversation_id,
        min(by_time.issue_key) as issue_key
    from posts
    inner join by_time
        on posts.touchpoint_key = by_time.touchpoint_key and by_time.recency_rank = 1
    group by posts.conversation_id
),

final as (
    select
        by_ticket.touchpoint_key,
        by_ticket.issue_key,
        'ticket' as evidence_type
    from by_ticket
    union all
    select
        by_time.touchpoint_key,
        by_time.issue_key,
        'time' as evidence_type
    from by_time
    left join posts on by_time.touchpoint_key = posts.touchpoint_key
    where by_time.recency_rank = 1 and posts.touchpoint_key is null
    union all
    select
        posts.touchpoint_key,
        conversations.issue_key,
        case when posts.is_about_service then 'text' else 'conversation' end as evidence_type
    from posts
    inner join conversations on posts.conversation_id = conversations.conversation_id
)

select * from final
