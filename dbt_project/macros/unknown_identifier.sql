{# The identifier key of a fact: a record whose source did not say who it was has the key `unknown`,
   never null. #}

{% macro identifier_key_or_unknown(identifier_type, identifier_value) -%}
    case
        when {{ identifier_value }} is null then 'unknown'
        else {{ identifier_key("'" ~ identifier_type ~ "'", identifier_value) }}
    end
{%- endmacro %}
