-- The table repeats numbers of other marts; they must be the same.

select health.week_on
from {{ ref('agg_brand_health_weekly') }} as health
inner join {{ ref('agg_social_sentiment_weekly') }} as sentiment
    on health.week_on = sentiment.week_on and sentiment.segment_type = 'all'
where
    abs(health.corrected_net_sentiment - sentiment.corrected_net_sentiment) > 1e-9
    or health.nps not between -100 and 100
    or health.share_of_voice_rate not between 0 and 1
union all
select health.week_on
from {{ ref('agg_brand_health_weekly') }} as health
inner join {{ ref('agg_keywords_daily') }} as keywords
    on
        health.week_on <= keywords.report_on
        and {{ dbt.dateadd('day', 7, 'health.week_on') }} > keywords.report_on
where
    keywords.keyword_type = 'query'
    and keywords.query_text in (
        select named.query_text
        from {{ ref('agg_keywords_daily') }} as named
        inner join {{ ref('voice_queries') }} as voice_queries
            on named.query_text like voice_queries.pattern
        where voice_queries.is_own
    )
group by health.week_on, health.branded_search_count
having sum(keywords.impression_count) <> health.branded_search_count
