-- One row per contact that somebody of ours answered, on any channel: what may be audited.

{{ config(materialized='view') }}

with calls as (
    select * from {{ ref('int_calls') }}
    where is_answered and not is_deleted
),

{# A ticket of a voice channel is the note of a call, and the call is here already. #}
tickets as (
    select int_tickets.*
    from {{ ref('int_tickets') }} as int_tickets
    inner join {{ ref('channels') }} as channels
        on int_tickets.channel_slug = channels.channel_slug
    where int_tickets.has_reply and not int_tickets.is_deleted and not channels.is_voice
),

brand_replies as (
    select * from {{ ref('int_brand_replies') }}
    where not is_deleted
),

final as (
    select
        calls.touchpoint_key,
        calls.agent_id,
        calls.channel_slug,
        calls.answered_at as handled_at
    from calls
    union all
    select
        tickets.touchpoint_key,
        tickets.assignee_id as agent_id,
        tickets.channel_slug,
        tickets.first_replied_at as handled_at
    from tickets
    union all
    select
        brand_replies.touchpoint_key,
        cast(null as bigint) as agent_id,
        brand_replies.channel_slug,
        brand_replies.started_at as handled_at
    from brand_replies
)

select * from final
