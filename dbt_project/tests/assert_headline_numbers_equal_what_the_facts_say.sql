-- Two marts must tell the same number. The day is that of the booking rule, so a call that crosses
-- midnight is seen here if its metric went to the wrong day.

{% set calls, tickets = ref('fct_calls'), ref('fct_tickets') %}
{% set answers, mentions = ref('fct_survey_responses'), ref('fct_mentions') %}
{% set facts = [
    ('asa_seconds', calls, 'cast(answered_at as date)', 'queue_seconds', 'is_answered'),
    ('aht_seconds', calls, 'cast(wrapped_up_at as date)', 'handle_seconds', 'is_answered'),
    ('abandonment_rate', calls, 'started_on', 'case when is_abandoned then 1 else 0 end',
        'is_offered'),
    ('service_level', calls, 'started_on', 'case when is_answered_in_target then 100 else 0 end',
        'is_answered or (is_abandoned and not is_short_abandoned)'),
    ('first_response_minutes', tickets, 'cast(first_replied_at as date)', 'first_response_minutes',
        'has_reply'),
    ('net_sentiment', mentions, 'created_on',
        "case sentiment_type when 'positive' then 100 when 'negative' then -100 else 0 end",
        'sentiment_type is not null'),
    ('nps', answers, 'submitted_on',
        "case score_group_type when 'promoter' then 100 when 'detractor' then -100 else 0 end",
        "survey_type = 'nps' and " ~ counts_for_nps()),
    ('csat', answers, 'submitted_on', "case score_group_type when 'satisfied' then 100 else 0 end",
        "survey_type = 'csat'"),
    ('csat_good_bad', answers, 'submitted_on', "case score_group_type when 'good' then 100 else 0 end",
        "survey_type = 'csat_good_bad'"),
    ('ces_mean', answers, 'submitted_on', 'score_raw', "survey_type = 'ces'"),
] %}
{% set slugs = [] %}
{% for fact in facts %}{% do slugs.append("'" ~ fact[0] ~ "'") %}{% endfor %}

with told as (
    {% for metric, fact, day, score, counted in facts %}
    select
        '{{ metric }}' as metric_slug,
        {{ day }} as booked_on,
        count(*) as sample_count,
        cast(sum({{ score }}) as double) as score_sum
    from {{ fact }}
    where {{ counted }}
    group by {{ day }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

published as (
    select * from {{ ref('agg_experience_daily') }}
    where segment_type = 'all' and metric_slug in ({{ slugs | join(', ') }})
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
