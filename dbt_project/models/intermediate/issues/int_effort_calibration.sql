-- One row: the straight line from effort points to CES, fitted on the issues that are not held out.

with efforts as (
    select * from {{ ref('int_issue_efforts_weighed') }}
    where ces_score is not null and not is_held_out
),

final as (
    select
        regr_slope(efforts.ces_score, efforts.effort_points) as ces_per_point,
        regr_intercept(efforts.ces_score, efforts.effort_points) as ces_without_effort,
        count(*) as fitted_count
    from efforts
)

select * from final
