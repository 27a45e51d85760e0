-- One row per account of the brand and day on which its counters were read.

{{ config(pre_hook="{{ delete_landed_days('bluesky', 'profile', day='snapshot_on') }}") }}

{# The key holds the day, the last of the interval, whose end is exclusive: each reading stays. #}
{% set day = "cast(cast(_interval_end as timestamp) - interval 1 second as date)" %}
{% set key = "_pk || '|' || cast(" ~ day ~ " as string)" %}
{% set structure = {
    'did': 'string', 'handle': 'string', 'followersCount': 'bigint', 'followsCount': 'bigint',
    'postsCount': 'bigint'
} %}

with decoded as {{
    decoded(landed_rows('bluesky', 'profile', key=key, whole_days=true), structure)
}},

final as (
    select
        decoded.record.did as account_id,
        decoded._extracted_at as snapshot_at,
        cast(decoded._interval_end - interval 1 second as date) as snapshot_on,
        decoded.is_deleted,
        decoded.record.handle as account_username,
        decoded.record.followerscount as follower_count,
        decoded.record.followscount as followed_count,
        decoded.record.postscount as post_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
