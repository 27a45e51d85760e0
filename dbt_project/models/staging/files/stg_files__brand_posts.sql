-- One row per post of the company in another network: its newest version.

{# A file read again replaces its days: a post that it no longer holds was deleted. #}
{{ config(pre_hook="{{ delete_landed_days('files', 'brand_posts', day='published_on') }}") }}

{% set structure = {
    'post_id': 'string', 'published_at': 'bigint', 'network': 'string', 'account': 'string',
    'content': 'string', 'likes': 'bigint', 'comments': 'bigint', 'shares': 'bigint'
} %}

with decoded as {{ decoded(landed_rows('files', 'brand_posts', whole_days=true), structure) }},

final as (
    select
        decoded._pk as post_id,
        {{ timestamp_from_micros('decoded.record.published_at * 1000') }} as published_at,
        cast({{ timestamp_from_micros('decoded.record.published_at * 1000') }} as date)
            as published_on,
        decoded.record.network as network_name,
        decoded.record.account as account_name,
        decoded.is_deleted,
        decoded.record.content as post_text,
        decoded.record.likes as like_count,
        decoded.record.comments as comment_count,
        decoded.record.shares as share_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
