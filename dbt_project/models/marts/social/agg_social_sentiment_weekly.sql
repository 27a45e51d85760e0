-- One row per whole week and segment: what people posted, and what the customers think.

{# A table: who is whose customer may change for any week. #}

{% set margin = var('margin_z') ~ ' * judged.corrected_error' %}
{% set correction = 'judged.corrected_net_sentiment - judged.voices_net_sentiment' %}
{% set correction_margin = var('margin_z') ~ ' * judged.correction_error' %}

with windows as (select * from {{ ref('int_sentiment_windows') }}),
corrected as (select * from {{ ref('int_sentiment_corrected') }}),
voices as (select * from {{ ref('int_sentiment_voices') }}),

raw_sentiment as (
    select
        week_on,
        count(*) as mention_count,
        count(distinct author_id) as author_count,
        avg(score) as raw_net_sentiment
    from windows
    group by week_on
),

{# Of the population, the share that stands in strata with enough voices. #}
overlap as (
    select
        strata.week_on,
        sum(cast(strata.origin_population_count as double) / strata.population_count)
            as overlap_rate
    from (
        select distinct
            week_on,
            origin_population_count,
            population_count,
            origin_type
        from voices
        where is_covered
    ) as strata
    group by strata.week_on
),

judged as (
    select
        raw_sentiment.*,
        coalesce(corrected.segment_type, 'all') as segment_type,
        coalesce(corrected.segment_slug, 'all') as segment_slug,
        corrected.voice_count,
        corrected.voices_net_sentiment,
        corrected.corrected_net_sentiment,
        corrected.corrected_error,
        corrected.correction_error,
        corrected.effective_voice_count,
        coalesce(overlap.overlap_rate, 0) as overlap_rate,
        coalesce(
            overlap.overlap_rate >= {{ var('sentiment_overlap_min') }}
            and corrected.effective_voice_count >= {{ var('sentiment_voices_effective_min') }},
            false
        ) as is_enough
    from raw_sentiment
    left join corrected on raw_sentiment.week_on = corrected.week_on
    left join overlap on raw_sentiment.week_on = overlap.week_on
),

final as (
    select
        {{ surrogate_key(['judged.week_on', 'judged.segment_type', 'judged.segment_slug']) }}
            as sentiment_key,
        judged.week_on,
        judged.segment_type,
        judged.segment_slug,
        case when judged.is_enough then 'published' else 'not_enough_overlap' end as status_type,
        judged.mention_count,
        judged.author_count,
        coalesce(judged.voice_count, 0) as voice_count,
        cast(coalesce(judged.voice_count, 0) as double) / judged.author_count as coverage_rate,
        judged.overlap_rate,
        judged.raw_net_sentiment,
        judged.voices_net_sentiment,
        case when judged.is_enough then judged.corrected_net_sentiment end
            as corrected_net_sentiment,
        case when judged.is_enough then judged.corrected_net_sentiment - {{ margin }} end
            as corrected_low,
        case when judged.is_enough then judged.corrected_net_sentiment + {{ margin }} end
            as corrected_high,
        case when judged.is_enough then {{ correction }} end
            as correction_points,
        case when judged.is_enough then {{ correction }} - {{ correction_margin }} end
            as correction_low,
        case when judged.is_enough then {{ correction }} + {{ correction_margin }} end
            as correction_high,
        case when judged.is_enough then judged.effective_voice_count end
            as effective_voice_count,
        case when judged.is_enough then judged.voice_count / judged.effective_voice_count end
            as design_effect
    from judged
)

select * from final
