-- Two marts must tell the same number. The day is that of the booking rule, so a call that crosses
-- midnight is seen here if its metric went to the wrong day. How a fact gives a metric is part of
-- its definition: the semantic models are made from it, and this test reads them.

-- depends_on: {{ ref('fct_calls') }}
-- depends_on: {{ ref('fct_mentions') }}
-- depends_on: {{ ref('fct_survey_responses') }}
-- depends_on: {{ ref('fct_tickets') }}

{% set measured = [] %}
{% for facts in (graph.semantic_models.values() if execute else []) %}
{% for measure in facts.measures %}
{% do measured.append((facts.node_relation.relation_name, measure)) %}
{% endfor %}
{% endfor %}

with told as (
    {% for fact, measure in measured %}
    select
        '{{ measure.name }}' as metric_slug,
        cast({{ measure.agg_time_dimension }} as date) as booked_on,
        count({{ measure.expr }}) as sample_count,
        cast(sum({{ measure.expr }}) as double) as score_sum
    from {{ fact }}
    group by cast({{ measure.agg_time_dimension }} as date)
    having count({{ measure.expr }}) > 0
    union all
    {% endfor %}
    select
        cast(null as string) as metric_slug,
        cast(null as date) as booked_on,
        0 as sample_count,
        cast(0 as double) as score_sum
    where 1 = 0
),

published as (
    select * from {{ ref('agg_experience_daily') }}
    where segment_type = 'all'
)

select
    coalesce(told.metric_slug, published.metric_slug) as metric_slug,
    coalesce(told.booked_on, published.booked_on) as booked_on,
    told.sample_count as told_count,
    published.sample_count as published_count,
    told.score_sum as told_sum,
    published.score_sum as published_sum
from told
full outer join published
    on told.metric_slug = published.metric_slug and told.booked_on = published.booked_on
where
    told.metric_slug is null
    or published.metric_slug is null
    or told.sample_count <> published.sample_count
    or abs(told.score_sum - published.score_sum) > 1e-6
