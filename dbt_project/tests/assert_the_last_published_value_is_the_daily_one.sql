-- The last value published of a month is what its days add up to.

with publications as (
    select
        metric_slug,
        booked_month,
        value,
        row_number() over (
            partition by metric_slug, booked_month order by publication_number desc
        ) as recency_rank
    from {{ ref('fct_metric_publications') }}
),

by_month as (
    select
        metric_slug,
        cast({{ dbt.date_trunc('month', 'booked_on') }} as date) as booked_month,
        sum(score_sum) / sum(sample_count) as value
    from {{ ref('agg_experience_daily') }}
    where segment_type = 'all'
    group by metric_slug, cast({{ dbt.date_trunc('month', 'booked_on') }} as date)
)

select
    by_month.metric_slug,
    by_month.booked_month
from by_month
left join publications
    on
        by_month.metric_slug = publications.metric_slug
        and by_month.booked_month = publications.booked_month
        and publications.recency_rank = 1
where
    publications.value is null
    or abs(publications.value - by_month.value) > {{ var('margin_z') }} * 1e-8
