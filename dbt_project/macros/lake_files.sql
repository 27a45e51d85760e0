{# What the names of the lake's files tell: the files are the only record of what landed. #}

{# A relation with one column, `file`: the files that fit the pattern. #}
{% macro files_listed(pattern) -%}
    {{ return(adapter.dispatch('files_listed', 'cx_warehouse')(pattern)) }}
{%- endmacro %}

{% macro default__files_listed(pattern) -%}
    {{ exceptions.raise_compiler_error(
        pattern ~ ": this engine cannot list files in SQL; without the list nothing is known of the "
        ~ "lake's intervals; build agg_freshness on DuckDB."
    ) }}
{%- endmacro %}

{% macro duckdb__files_listed(pattern) -%}
    (select file from glob('{{ pattern | replace("'", "''") }}'))
{%- endmacro %}

{# The moment that the lake writes as 20260701T000000Z. #}
{% macro stamp_to_timestamp(stamp) -%}
    cast(
        substr({{ stamp }}, 1, 4) || '-' || substr({{ stamp }}, 5, 2) || '-'
        || substr({{ stamp }}, 7, 2) || ' ' || substr({{ stamp }}, 10, 2) || ':'
        || substr({{ stamp }}, 12, 2) || ':' || substr({{ stamp }}, 14, 2) as timestamp
    )
{%- endmacro %}
