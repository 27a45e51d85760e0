-- One row per topic, channel and whole day, days without a text of the topic included.

with compared as (select * from {{ ref('int_topics_compared') }}),

{# Counts vary at least as a Poisson count does; half a text keeps a silent topic from certainty,
   and one text alone is never news. #}
judged as (
    select
        compared.*,
        greatest(
            1,
            {{ t_quantile('(compared.baseline_week_count - 1)') }} * sqrt(
                greatest(
                    compared.baseline_variance,
                    (compared.baseline_sum + 0.5) / compared.baseline_week_count
                ) * (1 + 1.0 / compared.baseline_week_count)
            )
        ) as margin_of_error
    from compared
    where compared.baseline_week_count >= {{ var('topic_baseline_weeks_min') }}
),

final as (
    select
        compared.topic_slug,
        compared.channel_slug,
        compared.written_on,
        {{ var('topic_version') }} as topic_version,
        coalesce(
            abs(compared.text_count - judged.baseline_text_count) > judged.margin_of_error, false
        ) as is_unusual,
        cast(compared.text_count as bigint) as text_count,
        cast(compared.scored_count as bigint) as scored_count,
        cast(compared.positive_count as bigint) as positive_count,
        cast(compared.negative_count as bigint) as negative_count,
        compared.net_sentiment,
        cast(compared.baseline_week_count as bigint) as baseline_week_count,
        judged.baseline_text_count,
        compared.text_count - judged.baseline_text_count as text_delta_count,
        judged.margin_of_error
    from compared
    left join judged
        on
            compared.topic_slug = judged.topic_slug
            and compared.channel_slug = judged.channel_slug
            and compared.written_on = judged.written_on
)

select * from final
