-- One row per handled contact that answers rate: those between it and the issue's next contact.

{{ config(materialized='view') }}

with touchpoints as (select * from {{ ref('int_issue_touchpoints') }}),

answers as (
    select * from {{ ref('int_survey_responses') }}
    where survey_type in ('csat', 'ces') and not is_deleted
),

{# An answer rates the last handled contact before it: its number is the count so far. #}
numbered as (
    select
        touchpoints.issue_key,
        touchpoints.touchpoint_key,
        touchpoints.contact_number,
        count(touchpoints.contact_number) over (
            partition by touchpoints.issue_key
            order by touchpoints.started_at, touchpoints.touchpoint_key
            rows between unbounded preceding and current row
        ) as contacts_so_far_count
    from touchpoints
),

final as (
    select
        contacts.touchpoint_key,
        avg(case
            when answers.survey_type <> 'csat' then null
            when answers.score_group_type = 'satisfied' then 1.0
            else 0.0
        end) as satisfied_score,
        avg(case when answers.survey_type = 'ces' then answers.score_raw end) as ces_score
    from numbered as rated
    inner join answers on rated.touchpoint_key = answers.touchpoint_key
    inner join numbered as contacts
        on
            rated.issue_key = contacts.issue_key
            and rated.contacts_so_far_count = contacts.contact_number
    group by contacts.touchpoint_key
)

select * from final
