-- One row per programme, quarter of the low mark and comparison: what care adds to the next mark.

with low_marks as (select * from {{ ref('int_low_marks_followed') }}),
cells as (select * from {{ ref('int_nps_recovery_cells') }}),
lifts as (select * from {{ ref('int_nps_recovery_lifts') }}),

marked as (
    select
        low_marks.programme_slug,
        low_marks.period_on,
        {{ dbt.dateadd('day', 'max(low_marks.follow_up_to_days)', 'max(low_marks.marked_at)') }}
        > {{ as_of() }} as is_provisional,
        count(*) as low_mark_count,
        {{ percentile('low_marks.days_to_care', 0.5) }} as days_to_care_median,
        {{ percentile('low_marks.days_to_answer', 0.5) }} as days_to_answer_median
    from low_marks
    group by low_marks.programme_slug, low_marks.period_on
),

compared as (
    select
        cells.programme_slug,
        cells.period_on,
        cells.comparison_type,
        sum(coalesce(cells.treated_mark_count, 0)) as treated_count,
        sum(coalesce(cells.control_mark_count, 0)) as control_count,
        sum(cells.treated_mark_count * cells.treated_change_mean)
        / sum(cells.treated_mark_count) as treated_change,
        sum(cells.control_mark_count * cells.control_change_mean)
        / sum(cells.control_mark_count) as control_change,
        1.0 * sum(cells.treated_recovered_count) / sum(cells.treated_mark_count)
            as treated_recovered_rate
    from cells
    group by cells.programme_slug, cells.period_on, cells.comparison_type
),

final as (
    select
        compared.programme_slug,
        compared.period_on,
        compared.comparison_type,
        marked.is_provisional,
        marked.low_mark_count,
        cast(compared.treated_count as bigint) as treated_count,
        cast(compared.control_count as bigint) as control_count,
        cast(coalesce(lifts.treated_count, 0) as bigint) as matched_treated_count,
        cast(coalesce(lifts.control_count, 0) as bigint) as matched_control_count,
        compared.treated_change,
        compared.control_change,
        compared.treated_change - compared.control_change as naive_lift,
        lifts.lift as matched_lift,
        lifts.lift - lifts.margin_of_error as matched_lift_low,
        lifts.lift + lifts.margin_of_error as matched_lift_high,
        compared.treated_recovered_rate,
        lifts.control_recovered_rate as matched_control_recovered_rate,
        marked.days_to_care_median,
        marked.days_to_answer_median
    from compared
    inner join marked
        on
            compared.programme_slug = marked.programme_slug
            and compared.period_on = marked.period_on
    left join lifts
        on
            compared.programme_slug = lifts.programme_slug
            and compared.period_on = lifts.period_on
            and compared.comparison_type = lifts.comparison_type
)

select * from final
