-- One row per crisis: a span with far more unhappy mentions than usual, in number and share.

{# A table: a mention that is found or deleted late can move an onset. #}

with crisis_hours as (select * from {{ ref('int_crisis_hours') }}),
onsets as (select * from {{ ref('int_crisis_onsets') }}),
evidence as (select * from {{ ref('int_crisis_evidence') }}),

peaks as (
    select
        crisis_hours.*,
        row_number() over (
            partition by crisis_hours.episode_number
            order by crisis_hours.negative_count desc, crisis_hours.hour_at asc
        ) as peak_rank,
        max(crisis_hours.hour_at) over (partition by crisis_hours.episode_number) as last_hour_at,
        crisis_hours.negative_count / (crisis_hours.usual_negative_count + 1) as severity_ratio
    from crisis_hours
),

{# What people answer outweighs what happened nearby: a post of ours, then an incident, then the
   matter that they name. What is left came from outside. #}
final as (
    select
        {{ surrogate_key(['onsets.onset_at']) }} as crisis_key,
        evidence.brand_post_id,
        evidence.incident_number,
        onsets.onset_at,
        onsets.onset_earliest_at,
        onsets.onset_latest_at,
        peaks.hour_at as peak_at,
        {{ dbt.dateadd('hour', 1, 'peaks.last_hour_at') }} as ended_at,
        cast(onsets.onset_at as date) as onset_on,
        case
            when evidence.own_post_share_rate >= {{ var('crisis_own_post_share_min') }}
                then 'own_post'
            when evidence.incident_number is not null then 'it_incident'
            when evidence.price_share_rate >= {{ var('crisis_price_share_min') }} then 'price'
            else 'outside'
        end as cause_type,
        case
            when peaks.severity_ratio >= {{ var('crisis_severe_ratio') }} then 'severe'
            when peaks.severity_ratio >= {{ var('crisis_major_ratio') }} then 'major'
            else 'minor'
        end as severity_type,
        evidence.negative_count,
        cast(peaks.negative_count as bigint) as peak_negative_count,
        peaks.usual_negative_count,
        evidence.own_post_share_rate,
        evidence.price_share_rate
    from onsets
    inner join peaks on onsets.episode_number = peaks.episode_number and peaks.peak_rank = 1
    inner join evidence on onsets.episode_number = evidence.episode_number
)

select * from final
