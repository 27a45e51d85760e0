-- One row per channel and day on which somebody opened a talk with the company.

{# A table: an answer of today changes the day of the message that it answers. #}

with care_messages as (select * from {{ ref('int_social_care_messages') }}),
care_targets as (select * from {{ ref('social_care_targets') }}),

judged as (
    select
        care_messages.*,
        care_targets.target_minutes,
        coalesce(care_messages.response_minutes <= care_targets.target_minutes, false)
            as is_within_target
    from care_messages
    inner join care_targets on care_messages.channel_slug = care_targets.channel_slug
),

counted as (
    select
        judged.channel_slug,
        judged.opened_on,
        max(judged.target_minutes) as target_minutes,
        cast(sum(judged.message_count) as bigint) as message_count,
        count(*) as first_message_count,
        count(judged.first_reply_at) as answered_count,
        count(case when judged.is_within_target then 1 end) as within_target_count,
        {{ percentile('judged.response_minutes', 0.5) }} as median_response_minutes,
        {{ percentile('judged.response_minutes', 0.9) }} as p90_response_minutes
    from judged
    group by judged.channel_slug, judged.opened_on
),

final as (
    select
        {{ surrogate_key(['counted.channel_slug', 'counted.opened_on']) }} as care_key,
        counted.channel_slug,
        counted.opened_on,
        {{ days_apart('counted.opened_on', 'cast(' ~ as_of() ~ ' as date)') }}
        <= {{ var('care_settle_days') }} as is_provisional,
        counted.target_minutes,
        counted.message_count,
        counted.first_message_count,
        counted.answered_count,
        counted.within_target_count,
        cast(counted.answered_count as double) / counted.first_message_count as response_rate,
        cast(counted.within_target_count as double) / counted.first_message_count
            as within_target_rate,
        counted.median_response_minutes,
        counted.p90_response_minutes
    from counted
)

select * from final
