-- With none the metric would drop out of the headline mart, with two it would be counted twice.
-- Counted over all versions, so that both are caught.

with metrics as (
    select * from {{ ref('dim_metrics') }}
)

select
    metrics.metric_slug,
    count(case when metrics.is_current then 1 end) as in_force_count
from metrics
group by metrics.metric_slug
having count(case when metrics.is_current then 1 end) <> 1
