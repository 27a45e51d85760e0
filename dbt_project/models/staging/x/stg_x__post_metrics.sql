-- One row per post of the brand and day on which its counters were read.

{# A file read again replaces its day: a post that it no longer holds was withdrawn. #}
{{ config(pre_hook="{{ delete_landed_days('x', 'post_metrics', day='snapshot_on') }}") }}

{# The key holds the day: the post comes again at age 1, 3 and 7 days, and each reading stays. The
   day is the last of the interval, whose end is exclusive. #}
{% set day = "cast(cast(_interval_end as timestamp) - interval 1 second as date)" %}
{% set key = "_pk || '|' || cast(" ~ day ~ " as string)" %}
{% set structure = {
    'id': 'string', 'created_at': 'string',
    'public_metrics': {
        'retweet_count': 'bigint', 'reply_count': 'bigint', 'like_count': 'bigint',
        'quote_count': 'bigint', 'impression_count': 'bigint'
    }
} %}

with decoded as {{
    decoded(landed_rows('x', 'post_metrics', key=key, whole_days=true), structure)
}},

timed as (
    select
        decoded.*,
        cast(decoded._interval_end - interval 1 second as date) as snapshot_on,
        cast(try_cast(decoded.record.created_at as timestamp) as date) as created_on
    from decoded
),

final as (
    select
        timed.record.id as post_id,
        timed._extracted_at as snapshot_at,
        timed.snapshot_on,
        timed.is_deleted,
        {{ days_apart('timed.created_on', 'timed.snapshot_on') }} as age_days,
        timed.record.public_metrics.retweet_count,
        timed.record.public_metrics.reply_count,
        timed.record.public_metrics.like_count,
        timed.record.public_metrics.quote_count,
        timed.record.public_metrics.impression_count,
        {{ technical_columns('timed') }}
    from timed
)

select * from final
