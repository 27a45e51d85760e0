-- One row per recommendation of the page: its newest version.

{# A file read again replaces its days: a recommendation that it no longer holds was taken back. #}
{{ config(pre_hook="{{ delete_landed_days(
    'facebook', 'ratings', day='created_on', overlap_days=7
) }}") }}

{% set structure = {
    'created_time': 'string', 'recommendation_type': 'string', 'rating': 'bigint',
    'review_text': 'string', 'reviewer': {'id': 'string', 'name': 'string'}
} %}

with decoded as {{
    decoded(landed_rows('facebook', 'ratings', whole_days=true, overlap_days=7), structure)
}},

final as (
    select
        decoded._pk as rating_id,
        decoded.record.reviewer.id as author_id,
        try_cast(decoded.record.created_time as timestamp) as created_at,
        cast(try_cast(decoded.record.created_time as timestamp) as date) as created_on,
        decoded.record.recommendation_type,
        decoded.is_deleted,
        decoded.record.reviewer.name as author_name,
        decoded.record.review_text as text,
        decoded.record.rating as star_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
