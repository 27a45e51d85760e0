-- One row per week, segment and customer who was heard: one voice, with its weight.

with windows as (select * from {{ ref('int_sentiment_windows') }}),
origins as (select * from {{ ref('int_crm_origins') }}),

population as (
    select
        origin_type,
        count(*) as origin_population_count,
        sum(count(*)) over () as population_count
    from origins
    group by origin_type
),

{# One author, one voice: the mean of what a customer wrote in the window. #}
voices as (
    select
        windows.week_on,
        windows.customer_key,
        origins.origin_type,
        avg(windows.score) as voice_score
    from windows
    inner join origins on windows.customer_key = origins.customer_key
    group by windows.week_on, windows.customer_key, origins.origin_type
),

counted as (
    select
        voices.*,
        count(*) over (partition by voices.week_on) as voice_count,
        count(*) over by_origin as origin_voice_count,
        avg(voices.voice_score) over by_origin as origin_score_mean,
        avg(voices.voice_score) over (partition by voices.week_on) as voice_score_mean
    from voices
    window by_origin as (partition by voices.week_on, voices.origin_type)
),

{# Post-stratification: a voice stands for its share of the population, up to the cap. A stratum
   with too few voices stands for nobody, and the mart says how many that leaves out. #}
final as (
    select
        counted.week_on,
        counted.customer_key,
        counted.origin_type,
        counted.voice_score,
        counted.voice_count,
        counted.origin_voice_count,
        counted.origin_score_mean,
        counted.voice_score_mean,
        population.origin_population_count,
        population.population_count,
        counted.origin_voice_count >= {{ var('sentiment_voices_min') }} as is_covered,
        case
            when counted.origin_voice_count < {{ var('sentiment_voices_min') }} then 0
            else least(
                cast(population.origin_population_count as double) / population.population_count
                * counted.voice_count / counted.origin_voice_count,
                {{ var('sentiment_weight_cap') }}
            )
        end as weight
    from counted
    inner join population on counted.origin_type = population.origin_type
)

select * from final
