-- One row per whole week, with the five readings of the brand side by side.

{# A table: it joins weekly numbers that may each change for any week. #}

with sentiment as (
    select * from {{ ref('int_sentiment_corrected') }}
    where segment_type = 'all'
),

weeks as (
    select distinct week_on from {{ ref('int_sentiment_windows') }}
),

answers as (
    select * from {{ ref('int_survey_responses_scored') }}
    where metric_slug = 'nps'
),

voices as (select * from {{ ref('int_x_voices') }}),
branded_searches as (select * from {{ ref('int_branded_searches_daily') }}),

nps as (
    select
        weeks.week_on,
        count(*) as nps_answer_count,
        avg(answers.score) as nps,
        {{ margin_of_error(
            'count(*)', 'sum(answers.score)', 'sum(answers.score * answers.score)'
        ) }} as nps_margin
    from weeks
    inner join answers
        on
            weeks.week_on <= answers.booked_on
            and {{ dbt.dateadd('day', 7, 'weeks.week_on') }} > answers.booked_on
    group by weeks.week_on
),

shares as (
    select
        weeks.week_on,
        cast(count(case when voices.is_own then 1 end) as double) / count(*)
            as share_of_voice_rate
    from weeks
    inner join voices
        on
            weeks.week_on <= voices.created_on
            and {{ dbt.dateadd('day', 7, 'weeks.week_on') }} > voices.created_on
    group by weeks.week_on
),

{# The last days come late: a week counts when Search Console tells all of it. #}
searches as (
    select
        weeks.week_on,
        sum(branded_searches.impression_count) as branded_search_count,
        sum(branded_searches.click_count) as branded_click_count
    from weeks
    inner join branded_searches
        on
            weeks.week_on <= branded_searches.report_on
            and {{ dbt.dateadd('day', 7, 'weeks.week_on') }} > branded_searches.report_on
    group by weeks.week_on
    having count(*) = 7
),

final as (
    select
        weeks.week_on,
        nps.nps,
        nps.nps_margin,
        coalesce(nps.nps_answer_count, 0) as nps_answer_count,
        sentiment.voices_net_sentiment,
        case
            when sentiment.effective_voice_count >= {{ var('sentiment_voices_effective_min') }}
                then sentiment.corrected_net_sentiment
        end as corrected_net_sentiment,
        shares.share_of_voice_rate,
        cast(searches.branded_search_count as bigint) as branded_search_count,
        cast(searches.branded_click_count as bigint) as branded_click_count
    from weeks
    left join nps on weeks.week_on = nps.week_on
    left join sentiment on weeks.week_on = sentiment.week_on
    left join shares on weeks.week_on = shares.week_on
    left join searches on weeks.week_on = searches.week_on
)

select * from final
