-- A weighted mean lies between the means of its parts, and weights cannot make more voices than
-- there are. A week without enough overlap has no corrected number.

with sentiment as (
    select * from {{ ref('agg_social_sentiment_weekly') }}
),

strata as (
    select
        week_on,
        min(voices_net_sentiment) as lowest,
        max(voices_net_sentiment) as highest,
        sum(voice_count) as voice_count
    from sentiment
    where segment_type = 'origin'
    group by week_on
)

select
    sentiment.week_on,
    sentiment.corrected_net_sentiment
from sentiment
left join strata on sentiment.week_on = strata.week_on
where
    sentiment.segment_type = 'all'
    and (
        sentiment.corrected_net_sentiment < strata.lowest - 1e-9
        or sentiment.corrected_net_sentiment > strata.highest + 1e-9
        or sentiment.effective_voice_count > sentiment.voice_count + 1e-9
        or sentiment.voice_count <> coalesce(strata.voice_count, 0)
        or (sentiment.status_type = 'published') <> (sentiment.corrected_net_sentiment is not null)
    )
