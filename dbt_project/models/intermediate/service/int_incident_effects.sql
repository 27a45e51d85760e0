-- One row per incident, measure and window judged: its own hours, or a placebo a week before.

{# What would have been is one more draw from the weeks before, so the interval is that of a
   prediction: the spread between weeks times the root of 1 + 1/n, by Student's t. Few weeks may look
   alike by luck, so the spread is at least that of the weeks of all incidents: for counts as a
   multiple of Poisson's, for means as it is, and not below what a mean of so few has by chance. #}

with windows as (select * from {{ ref('int_incident_window_measures') }}),
measures as (select * from {{ ref('impact_measures') }}),
quantiles as (select * from {{ ref('student_quantiles') }}),

compared as (
    select
        own.incident_id,
        own.measure_slug,
        own.weeks_back,
        own.starts_at,
        own.ends_at,
        own.value as observed_value,
        count(earlier.value) as week_count,
        avg(earlier.value) as baseline_value,
        coalesce(var_samp(earlier.value), 0) as spread_of_weeks,
        sum(earlier.observation_count) as observation_count,
        sum(earlier.score_sum) as score_sum,
        sum(earlier.score_squared_sum) as score_squared_sum
    from windows as own
    inner join windows as earlier
        on
            own.incident_id = earlier.incident_id
            and own.measure_slug = earlier.measure_slug
            and own.weeks_back < earlier.weeks_back
            and earlier.value is not null
    where own.weeks_back in (0, 1) and own.value is not null
    group by
        own.incident_id,
        own.measure_slug,
        own.weeks_back,
        own.starts_at,
        own.ends_at,
        own.value
),

pooled as (
    select
        compared.*,
        measures.is_mean,
        sum((compared.week_count - 1) * compared.spread_of_weeks) over (
            partition by compared.measure_slug, compared.weeks_back
        ) as spread_sum,
        sum((compared.week_count - 1) * compared.baseline_value) over (
            partition by compared.measure_slug, compared.weeks_back
        ) as baseline_sum,
        sum(compared.week_count - 1) over (
            partition by compared.measure_slug, compared.weeks_back
        ) as freedom_sum,
        compared.observation_count + measures.pseudo_count as pooled_count,
        compared.score_sum + measures.pseudo_sum as pooled_sum,
        compared.score_squared_sum + measures.pseudo_squared_sum as pooled_squared_sum
    from compared
    inner join measures on compared.measure_slug = measures.measure_slug
),

spread as (
    select
        pooled.*,
        case
            when pooled.is_mean
                then greatest(
                    pooled.spread_sum / pooled.freedom_sum,
                    (
                        pooled.pooled_squared_sum / pooled.pooled_count
                        - (pooled.pooled_sum / pooled.pooled_count)
                        * (pooled.pooled_sum / pooled.pooled_count)
                    )
                    * pooled.week_count / pooled.observation_count
                )
            else
                (pooled.score_sum + 1) / pooled.week_count
                * greatest(1, coalesce(pooled.spread_sum / nullif(pooled.baseline_sum, 0), 1))
        end as spread_of_chance
    from pooled
    where pooled.week_count >= {{ var('impact_least_weeks') }}
),

final as (
    select
        spread.incident_id,
        spread.measure_slug,
        spread.weeks_back = 1 as is_placebo,
        spread.starts_at,
        spread.ends_at,
        spread.observed_value,
        spread.baseline_value,
        spread.week_count,
        spread.observed_value - spread.baseline_value as effect_value,
        quantiles.quantile
        * sqrt(
            greatest(spread.spread_of_weeks, spread.spread_of_chance)
            * (1 + 1.0 / spread.week_count)
        ) as margin_of_error
    from spread
    inner join quantiles on spread.week_count - 1 = quantiles.degrees_of_freedom
)

select * from final
