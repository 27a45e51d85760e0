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
    {{ rows_of_files(var('lake') ~ '/enrichment/sentiment/*/*.parquet', {
        'text_sha': 'string', 'sentiment_score': 'double', 'sentiment_type': 'string',
        'sentiment_confidence_rate': 'double', 'model_name': 'string', 'model_version': 'string'
    }) }}
{%- endmacro %}

{# What was taken out of texts, by every version of the scrubber; empty before the first build. #}
{% macro scrubbed_texts() -%}
    {%- do source('enrichment', 'scrubbed_texts') -%}
    {{ rows_of_files(var('lake') ~ '/enrichment/scrubbed/*/*.parquet', {
        'text_sha': 'string', 'scrubbed_text': 'string', 'scrubber_version': 'string'
    }) }}
{%- endmacro %}
