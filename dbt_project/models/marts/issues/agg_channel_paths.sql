-- One row per day, channel of a contact and channel of the next contact of the same issue.

with steps as (select * from {{ ref('int_issue_steps') }}),

final as (
    select
        {{ surrogate_key([
            'steps.started_on', 'steps.from_channel_slug', 'steps.to_channel_slug'
        ]) }} as path_key,
        steps.started_on as stepped_on,
        steps.from_channel_slug,
        steps.to_channel_slug,
        steps.from_channel_slug <> steps.to_channel_slug as is_switch,
        count(*) as step_count,
        count(case when steps.is_deflection then 1 end) as deflection_count,
        count(case when steps.is_duplication then 1 end) as duplication_count,
        count(case when not steps.is_deflection and not steps.is_duplication then 1 end)
            as other_count
    from steps
    group by steps.started_on, steps.from_channel_slug, steps.to_channel_slug
)

select * from final
