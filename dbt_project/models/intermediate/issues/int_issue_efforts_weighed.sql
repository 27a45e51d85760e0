-- One row per issue with its effort in points: each component by its weight.

with efforts as (select * from {{ ref('int_issue_efforts') }}),
weights as (select * from {{ ref('effort_weights') }}),

amounts as (
    select
        efforts.issue_key,
        'repeat_contact' as component_slug,
        efforts.repeat_contact_count as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'channel_switch' as component_slug,
        efforts.channel_switch_count as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'given_up' as component_slug,
        efforts.given_up_count as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'transfer' as component_slug,
        efforts.transfer_count as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'identified_again' as component_slug,
        efforts.identified_again_count as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'queue' as component_slug,
        efforts.queue_seconds / 60.0 as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'hold' as component_slug,
        efforts.hold_seconds / 60.0 as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'reply_wait' as component_slug,
        efforts.reply_wait_minutes / 60.0 as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'solving' as component_slug,
        efforts.solving_seconds / 3600.0 as amount
    from efforts
    union all
    select
        efforts.issue_key,
        'reopened' as component_slug,
        efforts.reopen_count as amount
    from efforts
),

weighed as (
    select
        amounts.issue_key,
        sum(amounts.amount * weights.points_per_unit) as effort_points
    from amounts
    inner join weights on amounts.component_slug = weights.component_slug
    group by amounts.issue_key
),

{# Half of the issues are held out of the calibration, by the key: the same half in every build. #}
final as (
    select
        efforts.issue_key,
        efforts.begun_on,
        efforts.repeat_contact_count,
        efforts.channel_switch_count,
        efforts.identified_again_count,
        efforts.given_up_count,
        efforts.transfer_count,
        efforts.queue_seconds,
        efforts.hold_seconds,
        efforts.wrap_up_seconds,
        efforts.handle_seconds,
        efforts.system_error_seconds,
        efforts.reopen_count,
        efforts.reply_wait_minutes,
        efforts.solving_seconds,
        efforts.ces_score,
        weighed.effort_points,
        substr(efforts.issue_key, 1, 1) >= '8' as is_held_out
    from efforts
    inner join weighed on efforts.issue_key = weighed.issue_key
)

select * from final
