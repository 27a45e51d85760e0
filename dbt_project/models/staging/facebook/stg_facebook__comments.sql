-- One row per comment on a post of the page: its newest version.

{# A file read again replaces its days: a comment that it no longer holds was deleted. #}
{{ config(pre_hook="{{ delete_landed_days('facebook', 'comments', day='created_on') }}") }}

{% set structure = {
    'id': 'string', 'post_id': 'string', 'created_time': 'string', 'message': 'string',
    'from': {'id': 'string', 'name': 'string'}, 'parent': {'id': 'string'},
    'like_count': 'bigint', 'comment_count': 'bigint', 'is_hidden': 'boolean'
} %}

with decoded as {{ decoded(landed_rows('facebook', 'comments', whole_days=true), structure) }},

final as (
    select
        decoded._pk as comment_id,
        decoded.record.post_id,
        decoded.record.parent.id as parent_comment_id,
        decoded.record."from".id as author_id,
        try_cast(decoded.record.created_time as timestamp) as created_at,
        cast(try_cast(decoded.record.created_time as timestamp) as date) as created_on,
        decoded.is_deleted,
        coalesce(decoded.record.is_hidden, false) as is_hidden,
        decoded.record."from".name as author_name,
        decoded.record.message as text,
        decoded.record.like_count,
        decoded.record.comment_count as reply_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
