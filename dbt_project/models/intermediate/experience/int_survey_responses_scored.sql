-- One row per answer and metric that counts it, with the answer's score in that metric.

{# A metric is the mean of these scores: NPS gives 100 to a promoter, -100 to a detractor, 0 to a
   passive, who so stays in the denominator. The strict form gives -100 to all who are not promoters.
   Who is asked again because of a low mark stays out of the headline: nobody asks the happy again. #}
{{ config(materialized='view') }}

{% set nps = [
    ('nps', 'not counted.is_follow_up'),
    ('nps_strict', 'not counted.is_follow_up'),
    ('nps_per_person', 'not counted.is_follow_up and counted.is_latest_in_period'),
    ('nps_follow_up', 'counted.is_follow_up')
] %}

with responses as (select * from {{ ref('int_survey_responses') }}),

counted as (
    select * from responses
    where not is_deleted
),

scored as (
    {% for metric, which in nps %}
    select
        counted.*,
        '{{ metric }}' as metric_slug,
        case counted.score_group_type
            when 'promoter' then 100.0
            when 'detractor' then -100.0
            else {{ '-100.0' if metric == 'nps_strict' else '0.0' }}
        end as score
    from counted
    where counted.survey_type = 'nps' and {{ which }}
    union all
    {% endfor %}
    select
        counted.*,
        'csat' as metric_slug,
        case counted.score_group_type when 'satisfied' then 100.0 else 0.0 end as score
    from counted
    where counted.survey_type = 'csat'
    union all
    select
        counted.*,
        'csat_mean' as metric_slug,
        {{ var('csat_mean_min') }}
        + ({{ var('csat_mean_max') }} - {{ var('csat_mean_min') }})
        * (counted.score_raw - counted.scale_min)
        / (counted.scale_max - counted.scale_min) as score
    from counted
    where counted.survey_type = 'csat'
    union all
    select
        counted.*,
        'csat_good_bad' as metric_slug,
        case counted.score_group_type when 'good' then 100.0 else 0.0 end as score
    from counted
    where counted.survey_type = 'csat_good_bad'
    union all
    select
        counted.*,
        'ces_mean' as metric_slug,
        counted.score_raw as score
    from counted
    where counted.survey_type = 'ces'
),

final as (
    select
        scored.touchpoint_key,
        scored.metric_slug,
        scored.channel_slug,
        scored.submitted_on as booked_on,
        cast(scored.score as double) as score
    from scored
)

select * from final
