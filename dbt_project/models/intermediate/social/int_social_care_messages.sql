-- One row per message that opens a talk with the company: nobody wrote there for a day before.

{{ config(materialized='view') }}

with messages as (
    select
        *,
        lag(created_at) over by_author as previous_at
    from {{ ref('int_mentions') }}
    where is_addressed and not is_deleted and author_id is not null
    window by_author as (
        partition by channel_slug, author_id
        order by created_at, post_id
    )
),

{# The 24-hour rule: what an author writes within the gap belongs to the message that opened the
   talk. The post's id breaks ties of the clock. #}
talks as (
    select
        messages.*,
        sum(
            case
                when
                    {{ epoch_seconds('messages.created_at') }}
                    - {{ epoch_seconds('messages.previous_at') }}
                    < {{ var('care_gap_hours') }} * 3600
                    then 0
                else 1
            end
        ) over (
            partition by messages.channel_slug, messages.author_id
            order by messages.created_at, messages.post_id
        ) as talk_number
    from messages
),

final as (
    select
        channel_slug,
        author_id,
        talk_number,
        min(created_at) as opened_at,
        cast(min(created_at) as date) as opened_on,
        min(first_reply_at) as first_reply_at,
        (
            {{ epoch_seconds('min(first_reply_at)') }} - {{ epoch_seconds('min(created_at)') }}
        ) / 60 as response_minutes,
        count(*) as message_count
    from talks
    group by channel_slug, author_id, talk_number
)

select * from final
