{# Monday is 1, Sunday is 7, on every engine. #}

{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch('iso_weekday', 'cx_warehouse')(day)) }}
{%- endmacro %}

{% macro default__iso_weekday(day) -%}
    (weekday({{ day }}) + 1)
{%- endmacro %}

{% macro duckdb__iso_weekday(day) -%}
    isodow({{ day }})
{%- endmacro %}
