-- One row per whole week, with the four readings of the brand side by side.

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

voices as (
    select * from {{ ref('int_x_voices') }}
),

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
        shares.share_of_voice_rate
    from weeks
    left join nps on weeks.week_on = nps.week_on
    left join sentiment on weeks.week_on = sentiment.week_on
    left join shares on weeks.week_on = shares.week_on
)

select * from final
