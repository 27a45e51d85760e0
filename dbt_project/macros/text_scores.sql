{# The content hash by which a text and its score find each other. #}

{% macro text_sha(text) -%}
    {{ return(adapter.dispatch('text_sha', 'cx_warehouse')(text)) }}
{%- endmacro %}

{% macro default__text_sha(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}

{% macro duckdb__text_sha(text) -%}
    sha256({{ text }})
{%- endmacro %}

{# Score files of every model and version; an empty relation before the first scoring. #}
{% macro sentiment_scores() -%}
    {%- do source('enrichment', 'sentiment_scores') -%}
    {%- set files = [] -%}
    {%- if execute -%}
        {%- set files = list_files(var('lake') ~ '/enrichment/sentiment/*/*.parquet') -%}
    {%- endif -%}
    {%- if files -%}
        {{ read_files(files) }}
    {%- else -%}
        (
            select
                cast(null as string) as text_sha,
                cast(null as double) as sentiment_score,
                cast(null as string) as sentiment_type,
                cast(null as double) as sentiment_confidence_rate,
                cast(null as string) as model_name,
                cast(null as string) as model_version
            where 1 = 0
        )
    {%- endif -%}
{%- endmacro %}
