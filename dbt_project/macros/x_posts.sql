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

{# The posts that X wants deleted, by the newest verdict on each in all accepted files: a post that
   is read anew in this build may have been withdrawn long ago. A scrubbed place is no deletion: no
   place was read. #}
{% macro x_withdrawn_posts() -%}
    {%- do source('x', 'compliance') -%}
    {%- set files = list_files(var('lake') ~ '/raw/x/compliance/**/*.parquet') -%}
    (
        select
            _pk as post_id,
            max(cast(_extracted_at as timestamp)) as withdrawn_at
        from {{ read_files(files) if files else no_files({'_payload': 'string'}) }} as verdicts
        where
            _error is null
            and _deleted
            and {{ decode_json('_payload', {'reason': 'string'}) }}.reason <> 'scrub_geo'
        group by _pk
    )
{%- endmacro %}

{# `read` are decoded posts, `withdrawn` what the macro above gives. Of a post that is withdrawn the
   key, the moment and what it referred to stay, with is_deleted; so it is with posts that earlier
   builds read. A post that was read after the verdict is there again. #}
{% macro x_post_columns(read, withdrawn) -%}
    {%- set counts = 'record.public_metrics.' -%}
    {%- set contents = {
        'language_code': ('record.lang', 'string'),
        'author_username': ('record.author.username', 'string'),
        'text': ('record.text', 'string'),
        'author_followers_count': ('record.author.public_metrics.followers_count', 'bigint'),
        'retweet_count': (counts ~ 'retweet_count', 'bigint'),
        'reply_count': (counts ~ 'reply_count', 'bigint'),
        'like_count': (counts ~ 'like_count', 'bigint'),
        'quote_count': (counts ~ 'quote_count', 'bigint'),
        'impression_count': (counts ~ 'impression_count', 'bigint')
    } -%}
    select
        {{ read }}._pk as post_id,
        case when {{ withdrawn }}.post_id is null then {{ read }}.record.author_id end as author_id,
        {{ read }}.record.conversation_id,
        case when {{ withdrawn }}.post_id is null then {{ read }}.record.in_reply_to_user_id end
            as reply_to_user_id,
        {{ list_first(read ~ '.record.referenced_tweets') }}.id as referenced_post_id,
        try_cast({{ read }}.record.created_at as timestamp) as created_at,
        cast(try_cast({{ read }}.record.created_at as timestamp) as date) as created_on,
        {{ list_first(read ~ '.record.referenced_tweets') }}.type as reference_type,
        {{ read }}.is_deleted or {{ withdrawn }}.post_id is not null as is_deleted,
        {%- for name, (path, _) in contents.items() %}
        case when {{ withdrawn }}.post_id is null then {{ read }}.{{ path }} end as {{ name }},
        {%- endfor %}
        {{ technical_columns(read) }}
    from {{ read }}
    left join {{ withdrawn }}
        on
            {{ read }}._pk = {{ withdrawn }}.post_id
            and {{ read }}._extracted_at <= {{ withdrawn }}.withdrawn_at
    {%- if is_incremental() %}
    union all
    select
        kept.post_id,
        cast(null as string) as author_id,
        kept.conversation_id,
        cast(null as string) as reply_to_user_id,
        kept.referenced_post_id,
        kept.created_at,
        kept.created_on,
        kept.reference_type,
        true as is_deleted,
        {%- for name, (_, kind) in contents.items() %}
        cast(null as {{ kind }}) as {{ name }},
        {%- endfor %}
        kept._pk,
        kept._cursor,
        kept._payload_sha,
        kept._extracted_at,
        {{ build_id() }} as _build_id
    from {{ this }} as kept
    inner join {{ withdrawn }}
        on kept.post_id = {{ withdrawn }}.post_id and kept._extracted_at <= {{ withdrawn }}.withdrawn_at
    left join {{ read }} on kept._pk = {{ read }}._pk
    where not kept.is_deleted and {{ read }}._pk is null
    {%- endif %}
{%- endmacro %}
