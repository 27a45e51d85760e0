{# Where a model lands: the schema named in dbt_project.yml as it is, never prefixed. #}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}


{# Marts go to the attached file of their own; everything else to the work copy. #}

{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {{ (custom_database_name or target.database) | trim }}
{%- endmacro %}
