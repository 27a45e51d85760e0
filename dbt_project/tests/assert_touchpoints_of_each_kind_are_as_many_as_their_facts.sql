-- The touchpoint stream and the facts are built from the same steps, but by different days. If a
-- day of one was missed, the counts part. Tickets that note a call are no touchpoints of their own.

with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

channels as (
    select * from {{ ref('dim_channels') }}
),

expected as (
    select
        'call' as touchpoint_type,
        count(*) as fact_count
    from {{ ref('fct_calls') }}
    union all
    select
        'ticket' as touchpoint_type,
        count(*) as fact_count
    from {{ ref('fct_tickets') }} as tickets
    inner join channels on tickets.channel_slug = channels.channel_slug
    where not channels.is_voice
    union all
    select
        'survey_answer' as touchpoint_type,
        count(*) as fact_count
    from {{ ref('fct_survey_responses') }}
    union all
    select
        'web_session' as touchpoint_type,
        count(*) as fact_count
    from {{ ref('fct_web_sessions') }}
    union all
    select
        'mention' as touchpoint_type,
        count(*) as fact_count
    from {{ ref('fct_mentions') }}
),

counted as (
    select
        touchpoints.touchpoint_type,
        count(*) as touchpoint_count
    from touchpoints
    group by touchpoints.touchpoint_type
)

select
    expected.touchpoint_type,
    expected.fact_count,
    coalesce(counted.touchpoint_count, 0) as touchpoint_count
from expected
left join counted on expected.touchpoint_type = counted.touchpoint_type
where expected.fact_count <> coalesce(counted.touchpoint_count, 0)
