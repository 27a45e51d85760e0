-- One row per issue: behavioural effort on both ends, and the CES that it lets expect.

with efforts as (select * from {{ ref('int_issue_efforts_weighed') }}),
calibration as (select * from {{ ref('int_effort_calibration') }}),

survey_scales as (
    select * from {{ ref('survey_scales') }}
    where source_slug = 'hubspot' and survey_type = 'ces'
),

{# A line leaves the scale where effort is great; an answer cannot. #}
expected as (
    select
        efforts.issue_key,
        least(
            greatest(
                calibration.ces_without_effort + calibration.ces_per_point * efforts.effort_points,
                survey_scales.scale_min
            ),
            survey_scales.scale_max
        ) as expected_ces_score
    from efforts
    cross join calibration
    cross join survey_scales
),

final as (
    select
        efforts.issue_key,
        efforts.begun_on,
        efforts.is_held_out,
        efforts.repeat_contact_count,
        efforts.channel_switch_count,
        efforts.given_up_count,
        efforts.transfer_count,
        efforts.identified_again_count,
        efforts.reopen_count,
        efforts.queue_seconds,
        efforts.hold_seconds,
        efforts.reply_wait_minutes,
        efforts.solving_seconds,
        efforts.wrap_up_seconds,
        efforts.handle_seconds,
        efforts.system_error_seconds,
        cast(efforts.effort_points as double) as effort_points,
        efforts.ces_score,
        cast(expected.expected_ces_score as double) as expected_ces_score
    from efforts
    inner join expected on efforts.issue_key = expected.issue_key
)

select * from final
