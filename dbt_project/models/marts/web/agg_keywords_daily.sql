-- One row per day and query, and one per day for the queries that Google does not tell.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='report_on',
    meta={'touched_days': ['days_of_changed_keywords']}
) }}

with keywords as (
    select
        told.*,
        cast({{ epoch_seconds('cast(told.report_on as timestamp)') }} / 86400 as bigint)
            as day_number
    from {{ ref('int_keywords_daily') }} as told
),

{# A query that was not searched on a day has no row there: the day counts in what is usual. #}
days as (
    select
        reported.day_number,
        count(*) over (
            order by reported.day_number
            range between {{ var('keyword_usual_days') }} preceding and 1 preceding
        ) as usual_day_count
    from (
        select distinct day_number from keywords
        where keyword_type = 'unattributed'
    ) as reported
),

compared as (
    select
        keywords.*,
        case
            when days.usual_day_count >= {{ var('keyword_usual_days_min') }}
                then coalesce(sum(keywords.impression_count) over (
                    partition by keywords.keyword_type, keywords.query_text
                    order by keywords.day_number
                    range between {{ var('keyword_usual_days') }} preceding and 1 preceding
                ), 0) / cast(days.usual_day_count as double)
        end as usual_impression_count
    from keywords
    left join days on keywords.day_number = days.day_number
),

judged as (
    select
        compared.*,
        coalesce(
            compared.keyword_type = 'query'
            and compared.impression_count >= {{ var('keyword_hot_impressions') }}
            and compared.impression_count
            >= {{ var('keyword_hot_ratio') }} * compared.usual_impression_count
            and compared.impression_count
            >= compared.usual_impression_count
            + {{ var('keyword_hot_deviations') }} * sqrt(compared.usual_impression_count + 1),
            false
        ) as is_hot
    from compared
    {% if is_incremental() %}
    where compared.report_on in ({{ days_of_changed_keywords() }})
    {% endif %}
),

final as (
    select
        {{ surrogate_key(['judged.report_on', 'judged.keyword_type', 'judged.query_text']) }}
            as keyword_day_key,
        judged.report_on,
        judged.keyword_type,
        judged.query_text,
        judged.is_hot,
        judged.click_count,
        judged.impression_count,
        judged.mean_position,
        judged.usual_impression_count,
        judged.site_search_count
    from judged
)

select * from final
