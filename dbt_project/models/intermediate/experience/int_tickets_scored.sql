-- One row per ticket that got a public human reply, booked to the day of the reply.

{{ config(materialized='view') }}

with tickets as (select * from {{ ref('int_tickets') }}),

final as (
    select
        tickets.touchpoint_key,
        'first_response_minutes' as metric_slug,
        tickets.channel_slug,
        cast(tickets.first_replied_at as date) as booked_on,
        cast(tickets.first_response_minutes as double) as score
    from tickets
    where tickets.has_reply and not tickets.is_deleted
)

select * from final
