-- One row per page and day on which its counters were read.

{# A file read again replaces its day. #}
{{ config(pre_hook="{{ delete_landed_days('facebook', 'page_counters', day='snapshot_on') }}") }}

{# The key holds the day: each reading stays. The day is the last of the interval, whose end is
   exclusive. #}
{% set day = "cast(cast(_interval_end as timestamp) - interval 1 second as date)" %}
{% set key = "_pk || '|' || cast(" ~ day ~ " as string)" %}
{% set structure = {
    'id': 'string', 'name': 'string', 'fan_count': 'bigint', 'followers_count': 'bigint',
    'overall_star_rating': 'double', 'rating_count': 'bigint', 'talking_about_count': 'bigint'
} %}

with decoded as {{
    decoded(landed_rows('facebook', 'page_counters', key=key, whole_days=true), structure)
}},

final as (
    select
        decoded.record.id as page_id,
        decoded._extracted_at as snapshot_at,
        cast(decoded._interval_end - interval 1 second as date) as snapshot_on,
        decoded.is_deleted,
        decoded.record.name as page_name,
        decoded.record.fan_count,
        decoded.record.followers_count as follower_count,
        decoded.record.rating_count,
        decoded.record.talking_about_count,
        decoded.record.overall_star_rating as star_rating_mean,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
