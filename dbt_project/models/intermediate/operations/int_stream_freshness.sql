-- One row per promised stream of a source in use: how far it had come when the lake was read.

{# A source is in use when it was ever asked or landed. A stream of it that never landed has no
   interval and is late. One that lags by exactly the promise is late too: a whole interval is
   missing. #}
with promises as (select * from {{ ref('freshness_promises') }}),
accepted_files as (select * from {{ ref('stg_operations__accepted_files') }}),
attempts as (select * from {{ ref('int_extract_attempts_latest') }}),

intervals as (
    select
        accepted_files.source_slug,
        accepted_files.stream_slug,
        max(accepted_files.interval_end_at) as last_interval_end_at
    from accepted_files
    group by accepted_files.source_slug, accepted_files.stream_slug
),

sources_in_use as (
    select intervals.source_slug from intervals
    -- Not union all: a source that was asked and landed is one.
    union
    select attempts.source_slug from attempts
),

measured as (
    select
        promises.source_slug,
        promises.stream_slug,
        promises.promised_hours,
        intervals.last_interval_end_at,
        case
            when intervals.last_interval_end_at is not null
                then greatest(
                    {{ epoch_seconds(as_of()) }}
                    - {{ epoch_seconds('intervals.last_interval_end_at') }},
                    0
                ) / 3600
        end as behind_hours
    from promises
    inner join sources_in_use on promises.source_slug = sources_in_use.source_slug
    left join intervals
        on
            promises.source_slug = intervals.source_slug
            and promises.stream_slug = intervals.stream_slug
),

final as (
    select
        measured.*,
        measured.behind_hours is null
        or measured.behind_hours >= measured.promised_hours as is_late
    from measured
)

select * from final
