-- The table repeats numbers of other marts; they must be the same.

select health.week_on
from {{ ref('agg_brand_health_weekly') }} as health
inner join {{ ref('agg_social_sentiment_weekly') }} as sentiment
    on health.week_on = sentiment.week_on and sentiment.segment_type = 'all'
where
    abs(health.corrected_net_sentiment - sentiment.corrected_net_sentiment) > 1e-9
    or health.nps not between -100 and 100
    or health.share_of_voice_rate not between 0 and 1
