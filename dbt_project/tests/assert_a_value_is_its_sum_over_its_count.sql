-- Readers roll periods up from the sums. If value or margin did not follow from them, a month would
-- contradict its days.

with daily as (
    select * from {{ ref('agg_experience_daily') }}
)

select
    metric_slug,
    segment_type,
    segment_slug,
    booked_on,
    value,
    margin_of_error
from daily
where
    sample_count < 1
    or abs(value - score_sum / sample_count) > 1e-9
    or (sample_count = 1) <> (margin_of_error is null)
    or abs(
        margin_of_error * margin_of_error * sample_count
        / ({{ var('margin_z') }} * {{ var('margin_z') }})
        - greatest(score_squared_sum / sample_count - value * value, 0)
    ) > 1e-6 * greatest(1, score_squared_sum / sample_count)
