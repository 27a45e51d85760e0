{# The same post object comes through three endpoints: one structure, one list of columns. #}

{% macro x_post_structure() -%}
    {{ return({
        'id': 'string', 'author_id': 'string', 'created_at': 'string', 'text': 'string',
        'lang': 'string', 'conversation_id': 'string', 'in_reply_to_user_id': 'string',
        'author': {'username': 'string', 'public_metrics': {'followers_count': 'bigint'}},
        'referenced_tweets': [{'type': 'string', 'id': 'string'}],
        'public_metrics': {
            'retweet_count': 'bigint', 'reply_count': 'bigint', 'like_count': 'bigint',
            'quote_count': 'bigint', 'impression_count': 'bigint'
        }
    }) }}
{%- endmacro %}

{% macro x_post_columns(relation) -%}
    select
        {{ relation }}._pk as post_id,
        {{ relation }}.record.author_id,
        {{ relation }}.record.conversation_id,
        {{ relation }}.record.in_reply_to_user_id as reply_to_user_id,
        {{ list_first(relation ~ '.record.referenced_tweets') }}.id as referenced_post_id,
        try_cast({{ relation }}.record.created_at as timestamp) as created_at,
        cast(try_cast({{ relation }}.record.created_at as timestamp) as date) as created_on,
        {{ list_first(relation ~ '.record.referenced_tweets') }}.type as reference_type,
        {{ relation }}.record.lang as language_code,
        {{ relation }}.is_deleted,
        {{ relation }}.record.author.username as author_username,
        {{ relation }}.record.text,
        {{ relation }}.record.author.public_metrics.followers_count as author_followers_count,
        {{ relation }}.record.public_metrics.retweet_count,
        {{ relation }}.record.public_metrics.reply_count,
        {{ relation }}.record.public_metrics.like_count,
        {{ relation }}.record.public_metrics.quote_count,
        {{ relation }}.record.public_metrics.impression_count,
        {{ technical_columns(relation) }}
    from {{ relation }}
{%- endmacro %}
