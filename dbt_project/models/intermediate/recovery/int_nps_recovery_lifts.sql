-- One row per programme, period and comparison: the lift among likes and its margin of error.

{# Within cells of likes the two sides are compared at the same mark: the slope of the change on the
   mark, taken within cell and side, moves both to one place. Cells weigh by those treated. #}
with cells as (
    select
        cells.*,
        cells.treated_mark_count > 0 and cells.control_mark_count > 0 as is_matched
    from {{ ref('int_nps_recovery_cells') }} as cells
),

summed as (
    select
        cells.programme_slug,
        cells.period_on,
        cells.comparison_type,
        count(*) as cell_count,
        sum(cells.treated_mark_count) as treated_count,
        sum(cells.control_mark_count) as control_count,
        sum(cells.treated_mark_count * cells.change_gap) / sum(cells.treated_mark_count)
            as change_gap,
        sum(cells.treated_mark_count * cells.score_gap) / sum(cells.treated_mark_count)
            as score_gap,
        sum(cells.treated_mark_count * cells.control_recovered_count / cells.control_mark_count)
        / sum(cells.treated_mark_count) as control_recovered_rate,
        1.0 / sum(cells.treated_mark_count)
        + sum(cells.treated_mark_count * cells.treated_mark_count / cells.control_mark_count)
        / (sum(cells.treated_mark_count) * sum(cells.treated_mark_count)) as variance_factor,
        sum(cells.score_squares) as score_squares,
        sum(cells.change_squares) as change_squares,
        sum(cells.cross_squares) as cross_squares
    from (
        select
            cells.*,
            cells.treated_change_mean - cells.control_change_mean as change_gap,
            cells.treated_score_mean - cells.control_score_mean as score_gap
        from cells
        where cells.is_matched
    ) as cells
    group by cells.programme_slug, cells.period_on, cells.comparison_type
),

sloped as (
    select
        summed.*,
        coalesce(summed.cross_squares / nullif(summed.score_squares, 0), 0) as slope,
        summed.treated_count + summed.control_count - 2 * summed.cell_count - 1 as freedom_count
    from summed
),

final as (
    select
        sloped.programme_slug,
        sloped.period_on,
        sloped.comparison_type,
        sloped.treated_count,
        sloped.control_count,
        sloped.freedom_count,
        sloped.control_recovered_rate,
        sloped.change_gap - sloped.slope * sloped.score_gap as lift,
        case
            when sloped.freedom_count > 1
                then {{ t_quantile('sloped.freedom_count') }} * sqrt(
                    greatest(sloped.change_squares - sloped.slope * sloped.cross_squares, 0)
                    / sloped.freedom_count
                    * (
                        sloped.variance_factor
                        + coalesce(
                            sloped.score_gap * sloped.score_gap / nullif(sloped.score_squares, 0), 0
                        )
                    )
                )
        end as margin_of_error
    from sloped
)

select * from final
