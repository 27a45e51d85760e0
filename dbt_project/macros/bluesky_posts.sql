{# A post comes alone from a search and as the `post` of an item from a feed; the columns are the same. #}

{% macro bluesky_counts_structure() -%}
    {{ return({
        'likeCount': 'bigint', 'repostCount': 'bigint', 'replyCount': 'bigint', 'quoteCount': 'bigint'
    }) }}
{%- endmacro %}

{% macro bluesky_post_structure() -%}
    {%- set structure = {
        'author': {'did': 'string', 'handle': 'string'},
        'record': {
            'createdAt': 'string', 'text': 'string', 'langs': ['string'],
            'reply': {'parent': {'uri': 'string'}, 'root': {'uri': 'string'}}
        },
        'indexedAt': 'string'
    } -%}
    {%- do structure.update(bluesky_counts_structure()) -%}
    {{ return(structure) }}
{%- endmacro %}

{% macro bluesky_counts(record) -%}
    {{ record }}.likeCount as like_count,
        {{ record }}.repostCount as repost_count,
        {{ record }}.replyCount as reply_count,
        {{ record }}.quoteCount as quote_count
{%- endmacro %}

{# `relation` has the decoded record, and `post` leads to the post in it. #}
{% macro bluesky_post_columns(relation, post) -%}
    select
        {{ relation }}._pk as post_id,
        {{ post }}.author.did as author_id,
        coalesce({{ post }}.record.reply.root.uri, {{ relation }}._pk) as conversation_id,
        {{ post }}.record.reply.parent.uri as referenced_post_id,
        try_cast({{ relation }}.record.sortAt as timestamp) as created_at,
        try_cast({{ post }}.record.createdAt as timestamp) as claimed_at,
        try_cast({{ post }}.indexedAt as timestamp) as indexed_at,
        cast(try_cast({{ relation }}.record.sortAt as timestamp) as date) as created_on,
        case when {{ post }}.record.reply.parent.uri is not null then 'replied_to' end
            as reference_type,
        {{ list_first(post ~ '.record.langs') }} as language_code,
        {{ relation }}.is_deleted,
        {{ post }}.author.handle as author_username,
        {{ post }}.record.text,
        {{ bluesky_counts(post) }},
        {{ technical_columns(relation) }}
    from {{ relation }}
{%- endmacro %}
