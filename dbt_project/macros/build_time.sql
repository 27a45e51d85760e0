{# The moment up to which the lake was read. Nothing in a model asks the machine's clock. #}

{% macro as_of() -%}
    {%- if var('as_of') is none and execute -%}
        {{ exceptions.raise_compiler_error(
            "as_of: no value was passed; timers of silence need the moment up to which the lake was read; "
            ~ "pass --vars '{\"as_of\": \"2026-09-29T00:00:00Z\"}' or build with `cxw build`."
        ) }}
    {%- endif -%}
    cast('{{ var("as_of") or "1970-01-01T00:00:00Z" }}' as timestamp)
{%- endmacro %}

{% macro build_id() -%}
    cast({{ var('build_id') }} as integer)
{%- endmacro %}
