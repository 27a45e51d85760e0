-- One row per channel with a plan and week with contacts: audits planned and made, and their rate.

with contacts as (select * from {{ ref('int_auditable_contacts') }}),
audits as (select * from {{ ref('int_audit_totals') }}),
audit_plan as (select * from {{ ref('audit_plan') }}),

counted as (
    select
        contacts.channel_slug,
        cast({{ dbt.date_trunc('week', 'contacts.handled_at') }} as date) as week_on,
        count(distinct contacts.touchpoint_key) as contact_count,
        count(audits.audit_id) as audit_count,
        count(case when audits.has_second_reading then 1 end) as second_reading_count,
        count(case when audits.is_failed then 1 end) as auto_fail_count,
        coalesce(sum(audits.earned_points), 0) as earned_points,
        coalesce(sum(audits.possible_points), 0) as possible_points
    from contacts
    left join audits on contacts.touchpoint_key = audits.touchpoint_key
    group by
        contacts.channel_slug,
        cast({{ dbt.date_trunc('week', 'contacts.handled_at') }} as date)
),

planned as (
    select
        counted.*,
        1.0 * counted.earned_points / nullif(counted.possible_points, 0) as quality_rate,
        least(
            counted.contact_count,
            greatest(
                audit_plan.audits_min,
                cast(ceil(counted.contact_count * audit_plan.audit_share) as bigint)
            )
        ) as planned_count,
        {{ dbt.dateadd('day', '7 + audit_plan.settle_days', 'counted.week_on') }}
        > {{ as_of() }} as is_provisional
    from counted
    inner join audit_plan on counted.channel_slug = audit_plan.channel_slug
),

final as (
    select
        planned.channel_slug,
        planned.week_on,
        planned.is_provisional,
        planned.contact_count,
        cast(planned.planned_count as bigint) as planned_count,
        planned.audit_count,
        cast(greatest(planned.planned_count - planned.audit_count, 0) as bigint) as lacking_count,
        planned.second_reading_count,
        planned.auto_fail_count,
        cast(planned.earned_points as bigint) as earned_points,
        cast(planned.possible_points as bigint) as possible_points,
        planned.quality_rate
    from planned
)

select * from final
