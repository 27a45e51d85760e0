-- One row per metric of resolution and repeats, segment and day with at least one observation.

with observations as (select * from {{ ref('int_issue_observations') }}),

summed as (
    select
        segmented.metric_slug,
        segmented.segment_type,
        segmented.segment_slug,
        segmented.booked_on,
        max(case when segmented.is_provisional then 1 else 0 end) = 1 as is_provisional,
        count(*) as sample_count,
        sum(segmented.score) as score_sum,
        sum(segmented.score * segmented.score) as score_squared_sum
    from {{ in_segments('observations') }} as segmented
    group by
        segmented.metric_slug, segmented.segment_type, segmented.segment_slug, segmented.booked_on
),

final as (
    select
        summed.metric_slug,
        summed.segment_type,
        summed.segment_slug,
        summed.booked_on,
        summed.is_provisional,
        summed.sample_count,
        summed.score_sum / summed.sample_count as value,
        {{ margin_of_error('summed.sample_count', 'summed.score_sum', 'summed.score_squared_sum') }}
            as margin_of_error,
        summed.score_sum,
        summed.score_squared_sum
    from summed
)

select * from final
