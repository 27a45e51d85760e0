-- One row per post of the page: as it was read last.

{# A day's file that comes again replaces the day: a post that it no longer holds was deleted. #}
{{ config(pre_hook="{{ delete_landed_days('facebook', 'published_posts', day='created_on') }}") }}

{% set structure = {
    'id': 'string', 'created_time': 'string', 'updated_time': 'string', 'message': 'string',
    'status_type': 'string', 'permalink_url': 'string', 'is_hidden': 'boolean',
    'shares': {'count': 'bigint'}, 'reactions': {'summary': {'total_count': 'bigint'}},
    'comments': {'summary': {'total_count': 'bigint'}}
} %}

with decoded as {{
    decoded(landed_rows('facebook', 'published_posts', against_existing=false), structure)
}},

final as (
    select
        decoded._pk as post_id,
        try_cast(decoded.record.created_time as timestamp) as created_at,
        try_cast(decoded.record.updated_time as timestamp) as updated_at,
        cast(try_cast(decoded.record.created_time as timestamp) as date) as created_on,
        decoded.record.status_type,
        decoded.is_deleted,
        coalesce(decoded.record.is_hidden, false) as is_hidden,
        decoded.record.permalink_url,
        decoded.record.message as text,
        coalesce(decoded.record.shares.count, 0) as share_count,
        decoded.record.reactions.summary.total_count as reaction_count,
        decoded.record.comments.summary.total_count as comment_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
