-- One row per post of the brand and day on which its counters were read.

{# A file read again replaces its day: a post that it no longer holds was deleted. #}
{{ config(pre_hook="{{ delete_landed_days('bluesky', 'post_metrics', day='snapshot_on') }}") }}

{# The key holds the day: the post comes again at age 1, 3 and 7 days, and each reading stays. The
   day is the last of the interval, whose end is exclusive. The age counts from the earlier of the
   two moments, as Bluesky sorts posts. #}
{% set day = "cast(cast(_interval_end as timestamp) - interval 1 second as date)" %}
{% set key = "_pk || '|' || cast(" ~ day ~ " as string)" %}
{% set structure = {'uri': 'string', 'record': {'createdAt': 'string'}, 'indexedAt': 'string'} %}
{% do structure.update(bluesky_counts_structure()) %}

with decoded as {{
    decoded(landed_rows('bluesky', 'post_metrics', key=key, whole_days=true), structure)
}},

timed as (
    select
        decoded.*,
        cast(decoded._interval_end - interval 1 second as date) as snapshot_on,
        cast(
            least(
                try_cast(decoded.record.record.createdat as timestamp),
                try_cast(decoded.record.indexedat as timestamp)
            ) as date
        ) as created_on
    from decoded
),

final as (
    select
        timed.record.uri as post_id,
        timed._extracted_at as snapshot_at,
        timed.snapshot_on,
        timed.is_deleted,
        {{ days_apart('timed.created_on', 'timed.snapshot_on') }} as age_days,
        {{ bluesky_counts('timed.record') }},
        {{ technical_columns('timed') }}
    from timed
)

select * from final
