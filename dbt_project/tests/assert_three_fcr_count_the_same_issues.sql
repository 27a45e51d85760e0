-- Each definition of FCR counts the issues that the fact knows an answer of, and no other.

with issues as (
    select * from {{ ref('fct_issues') }}
),

published as (
    select * from {{ ref('agg_contact_resolution_daily') }}
    where segment_type = 'all'
),

told as (
    {% for metric, flag in {
        'fcr_no_repeat': 'was_solved_without_repeat',
        'fcr_coded': 'was_solved_as_coded',
        'fcr_asked': 'was_solved_as_asked'
    }.items() %}
    select
        '{{ metric }}' as metric_slug,
        first_contact_on as booked_on,
        count(*) as sample_count,
        sum(case when {{ flag }} then 100 else 0 end) as score_sum
    from issues
    where {{ flag }} is not null
    group by first_contact_on
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    told.metric_slug,
    told.booked_on
from told
left join published
    on told.metric_slug = published.metric_slug and told.booked_on = published.booked_on
where
    published.sample_count is null
    or told.sample_count <> published.sample_count
    or abs(told.score_sum - published.score_sum) > 1e-6
