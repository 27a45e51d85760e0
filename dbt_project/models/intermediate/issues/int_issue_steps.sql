-- One row per inbound contact of an issue with the one before it: the way from channel to channel.

{{ config(materialized='view') }}

with members as (
    select * from {{ ref('int_issue_members') }}
    where direction_type = 'inbound'
),

tickets as (
    select * from {{ ref('stg_zendesk__tickets') }}
    where not is_deleted
),

{# A ticket's calls are as open as the ticket; what has no ticket is over when it is over. #}
contacts as (
    select
        members.issue_key,
        members.touchpoint_key,
        members.ticket_id,
        members.started_at,
        members.started_on,
        members.channel_slug,
        members.is_handled,
        tickets.ticket_id is not null as has_ticket,
        tickets.solved_at,
        row_number() over (
            partition by members.issue_key, members.ticket_id
            order by members.started_at, members.touchpoint_key
        ) as ticket_place
    from members
    left join tickets on members.ticket_id = tickets.ticket_id
),

followed as (
    select
        contacts.*,
        lag(contacts.touchpoint_key) over (
            partition by contacts.issue_key order by contacts.started_at, contacts.touchpoint_key
        ) as from_touchpoint_key,
        lag(contacts.channel_slug) over (
            partition by contacts.issue_key order by contacts.started_at, contacts.touchpoint_key
        ) as from_channel_slug,
        lag(contacts.is_handled) over (
            partition by contacts.issue_key order by contacts.started_at, contacts.touchpoint_key
        ) as from_is_handled,
        lag(contacts.has_ticket) over (
            partition by contacts.issue_key order by contacts.started_at, contacts.touchpoint_key
        ) as from_has_ticket,
        lag(contacts.solved_at) over (
            partition by contacts.issue_key order by contacts.started_at, contacts.touchpoint_key
        ) as from_solved_at
    from contacts
),

final as (
    select
        followed.issue_key,
        followed.touchpoint_key,
        followed.started_on,
        followed.from_channel_slug,
        followed.channel_slug as to_channel_slug,
        followed.from_channel_slug <> followed.channel_slug as is_switch,
        not followed.from_is_handled and followed.is_handled as is_deflection,
        followed.from_is_handled
        and followed.is_handled
        and followed.from_has_ticket
        and (
            followed.from_solved_at is null or followed.from_solved_at > followed.started_at
        ) as is_duplication,
        {# Who names a ticket that is known already need not tell it all again. #}
        followed.is_handled and (followed.ticket_id is null or followed.ticket_place = 1)
            as has_to_identify
    from followed
    where followed.from_touchpoint_key is not null
)

select * from final
