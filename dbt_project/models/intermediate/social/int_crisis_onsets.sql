-- One row per crisis, with the moment at which it is most likely to have begun.

{{ config(materialized='view') }}

with crisis_hours as (select * from {{ ref('int_crisis_hours') }}),

mentions as (
    select * from {{ ref('int_mentions') }}
    where sentiment_type = 'negative' and not is_deleted
),

episodes as (
    select
        episode_number,
        {{ dbt.dateadd('hour', 1, 'min(hour_at)') }} as seen_at,
        {{ dbt.dateadd('hour', "1 - 2 * " ~ var('crisis_window_hours'), 'min(hour_at)') }}
            as earliest_at,
        {{ arg_min('usual_negative_count', 'hour_at') }}
        / {{ var('crisis_window_hours') }} as usual_hourly_count
    from crisis_hours
    group by episode_number
),

{# Each unhappy mention of the first loud window, and of the one before it, may be the first of the
   crisis: one that grows slowly is seen late. How well it explains those that follow is a Poisson
   likelihood: n events where lambda x hours were usual. #}
candidates as (
    select
        episodes.episode_number,
        episodes.earliest_at,
        mentions.created_at,
        lag(mentions.created_at) over by_episode as previous_at,
        greatest(
            episodes.usual_hourly_count
            * ({{ epoch_seconds('episodes.seen_at') }} - {{ epoch_seconds('mentions.created_at') }})
            / 3600,
            0.01
        ) as usual_count,
        count(*) over (
            partition by episodes.episode_number
            order by mentions.created_at desc
        ) as seen_count
    from episodes
    inner join mentions
        on
            episodes.earliest_at <= mentions.created_at
            and episodes.seen_at > mentions.created_at
    window by_episode as (
        partition by episodes.episode_number
        order by mentions.created_at
    )
),

likelihoods as (
    select
        candidates.*,
        candidates.seen_count * ln(greatest(candidates.seen_count / candidates.usual_count, 1))
        - greatest(candidates.seen_count - candidates.usual_count, 0) as log_likelihood
    from candidates
),

ranked as (
    select
        likelihoods.*,
        max(likelihoods.log_likelihood) over (partition by likelihoods.episode_number) as best
    from likelihoods
),

{# 95 % of the likelihood ratio; before its first mention a crisis may have smouldered since the one
   that came before. #}
final as (
    select
        ranked.episode_number,
        min(case when ranked.log_likelihood = ranked.best then ranked.created_at end) as onset_at,
        min(
            case
                when ranked.log_likelihood >= ranked.best - {{ var('margin_z') ** 2 / 2 }}
                    then coalesce(ranked.previous_at, ranked.earliest_at)
            end
        ) as onset_earliest_at,
        max(
            case
                when ranked.log_likelihood >= ranked.best - {{ var('margin_z') ** 2 / 2 }}
                    then ranked.created_at
            end
        ) as onset_latest_at
    from ranked
    group by ranked.episode_number
)

select * from final
