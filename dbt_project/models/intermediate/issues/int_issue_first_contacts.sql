-- One row per issue that the company handled at all: its first contact, and how the agent coded it.

{{ config(materialized='view') }}

with touchpoints as (
    select * from {{ ref('int_issue_touchpoints') }}
    where contact_number = 1
),

members as (select * from {{ ref('int_issue_members') }}),

tickets as (
    select * from {{ ref('stg_zendesk__tickets') }}
    where not is_deleted
),

first_contact_rules as (select * from {{ ref('first_contact_rules') }}),

{# A call without a ticket has no code, which is neither solved nor unsolved. #}
final as (
    select
        touchpoints.issue_key,
        touchpoints.touchpoint_key,
        touchpoints.started_at,
        touchpoints.channel_slug,
        case
            when tickets.ticket_id is not null and first_contact_rules.touchpoint_type is not null
                then
                    tickets.solved_at is not null
                    and tickets.reopen_count = 0
                    and tickets.reply_count <= first_contact_rules.max_reply_count
        end as is_solved_at_once
    from touchpoints
    inner join members on touchpoints.touchpoint_key = members.touchpoint_key
    left join first_contact_rules
        on touchpoints.touchpoint_type = first_contact_rules.touchpoint_type
    left join tickets on members.ticket_id = tickets.ticket_id
)

select * from final
