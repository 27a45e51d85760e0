-- One row per week and segment in which a customer was heard: sums over the weighted voices.
-- Where none of them stands for anybody, they are counted and nothing is corrected.

{{ config(materialized='view') }}

with voices as (select * from {{ ref('int_sentiment_voices') }}),

{# Within a stratum every voice weighs the same, so its own number needs no correction. #}
segmented as (
    select
        voices.*,
        'all' as segment_type,
        'all' as segment_slug,
        voices.voice_score_mean as segment_score_mean,
        voices.weight as segment_weight,
        voices.voice_count as segment_voice_count
    from voices
    union all
    select
        voices.*,
        'origin' as segment_type,
        voices.origin_type as segment_slug,
        voices.origin_score_mean as segment_score_mean,
        case when voices.is_covered then 1 else 0 end as segment_weight,
        voices.origin_voice_count as segment_voice_count
    from voices
),

weighted as (
    select
        segmented.*,
        nullif(sum(segmented.segment_weight) over by_segment, 0) as weight_sum,
        cast(segmented.origin_voice_count as double)
        / nullif(segmented.origin_voice_count - 1, 0) as unbiased
    from segmented
    window by_segment as (
        partition by segmented.week_on, segmented.segment_type, segmented.segment_slug
    )
),

{# The variance of the corrected mean is that within the strata. Of the correction, corrected less
   uncorrected, it is that of the difference of both residuals, since the two share their voices. #}
final as (
    select
        weighted.week_on,
        weighted.segment_type,
        weighted.segment_slug,
        max(weighted.segment_voice_count) as voice_count,
        max(weighted.segment_score_mean) as voices_net_sentiment,
        sum(weighted.segment_weight * weighted.voice_score) / max(weighted.weight_sum)
            as corrected_net_sentiment,
        max(weighted.weight_sum) * max(weighted.weight_sum)
        / nullif(sum(weighted.segment_weight * weighted.segment_weight), 0)
            as effective_voice_count,
        sqrt(sum(
            weighted.segment_weight * weighted.segment_weight * weighted.unbiased
            * (weighted.voice_score - weighted.origin_score_mean)
            * (weighted.voice_score - weighted.origin_score_mean)
        )) / max(weighted.weight_sum) as corrected_error,
        sqrt(sum(
            (
                weighted.segment_weight * weighted.segment_voice_count / weighted.weight_sum
                * (weighted.voice_score - weighted.origin_score_mean)
                - (weighted.voice_score - weighted.segment_score_mean)
            )
            * (
                weighted.segment_weight * weighted.segment_voice_count / weighted.weight_sum
                * (weighted.voice_score - weighted.origin_score_mean)
                - (weighted.voice_score - weighted.segment_score_mean)
            )
            * weighted.unbiased
        )) / max(weighted.segment_voice_count) as correction_error
    from weighted
    group by weighted.week_on, weighted.segment_type, weighted.segment_slug
)

select * from final
