-- One row per channel and day on which somebody opened a talk with the company.

{# A table: an answer of today changes the day of the message that it answers. #}

with care_messages as (
    select * from {{ ref('int_social_care_messages') }}
),

care_targets as (
    select * from {{ ref('social_care_targets') }}
),

judged as (
    select
        care_messages.*,
        care_targets.target_minutes,
        coalesce(care_messages.response_minutes <= care_targets.target_minutes, false)
            as is_within_target
    from care_messages
    inner join care_targets on care_messages.channel_slug = care_targets.channel_slug
),

final as (
    select
        {{ surrogate_key(['judged.channel_slug', 'judged.opened_on']) }} as care_key,
        judged.channel_slug,
        judged.opened_on,
        {{ days_apart('judged.opened_on', 'cast(' ~ as_of() ~ ' as date)') }}
        <= {{ var('care_settle_days') }} as is_provisional,
        max(judged.target_minutes) as target_minutes,
        cast(sum(judged.message_count) as bigint) as message_count,
        count(*) as first_message_count,
        count(judged.first_reply_at) as answered_count,
        count(case when judged.is_within_target then 1 end) as within_target_count,
        cast(count(judged.first_reply_at) as double) / count(*) as response_rate,
        cast(count(case when judged.is_within_target then 1 end) as double) / count(*)
            as within_target_rate,
        {{ percentile('judged.response_minutes', 0.5) }} as median_response_minutes,
        {{ percentile('judged.response_minutes', 0.9) }} as p90_response_minutes
    from judged
    group by judged.channel_slug, judged.opened_on
)

select * from final
