{# The columns of the GA4 export that staging reads, with their types for an empty lake. #}

{% macro ga4_columns() -%}
    {{ return(adapter.dispatch('ga4_columns', 'cx_warehouse')()) }}
{%- endmacro %}

{% macro default__ga4_columns() -%}
    {%- set value = 'struct<string_value: string, int_value: bigint, float_value: double, double_value: double>' -%}
    {{ return(ga4_column_types(
        'array<struct<key: string, value: ' ~ value ~ '>>',
        'struct<category: string>',
        'struct<source: string, medium: string>',
        'struct<manual_source: string, manual_medium: string>',
        'struct<transaction_id: string>'
    )) }}
{%- endmacro %}

{% macro duckdb__ga4_columns() -%}
    {%- set value = 'struct(string_value text, int_value bigint, float_value double, double_value double)' -%}
    {{ return(ga4_column_types(
        'struct(key text, value ' ~ value ~ ')[]',
        'struct(category text)',
        'struct(source text, medium text)',
        'struct(manual_source text, manual_medium text)',
        'struct(transaction_id text)'
    )) }}
{%- endmacro %}

{% macro ga4_column_types(params, device, traffic, collected, ecommerce) -%}
    {{ return({
        'event_date': 'string', 'event_timestamp': 'bigint', 'event_name': 'string',
        'event_params': params, 'event_value_in_usd': 'double', 'event_bundle_sequence_id': 'bigint',
        'user_id': 'string', 'user_pseudo_id': 'string', 'device': device,
        'traffic_source': traffic, 'collected_traffic_source': collected, 'ecommerce': ecommerce,
        'batch_event_index': 'bigint', 'batch_page_id': 'bigint', 'batch_ordering_id': 'bigint'
    }) }}
{%- endmacro %}

{# One parameter of an event, from the field of its type: string_value, int_value, double_value. #}
{% macro ga_param(relation, name, field) -%}
    {{ list_lookup(relation ~ '.event_params', 'key', "'" ~ name ~ "'", 'value') }}.{{ field }}
{%- endmacro %}
