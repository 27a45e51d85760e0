{# Rows that the lake holds back: their names as `cxw quarantine` gives them, and what may be told of
   why. The record itself stays in its file. #}

{# Key and hash of the payload of a landed row, as the gate makes it. #}
{% macro landed_row_key() -%}
    coalesce(recorded._pk, '') || ':' || coalesce(lower(hex(recorded._payload_sha)), '')
{%- endmacro %}

{# The short name of a record: the same in every file that holds it. #}
{% macro row_id(lake_path, row_key) -%}
    {%- set stream = "split_part(" ~ lake_path ~ ", '/', 1) || '.' || split_part(" ~ lake_path ~ ", '/', 2)" -%}
    substr({{ sha256_of(stream ~ " || '|' || " ~ row_key) }}, 1, 12)
{%- endmacro %}

{% macro sha256_of(text) -%}
    {{ return(adapter.dispatch('sha256_of', 'cx_warehouse')(text)) }}
{%- endmacro %}

{% macro default__sha256_of(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}

{% macro duckdb__sha256_of(text) -%}
    sha256({{ text }})
{%- endmacro %}

{# Why a row is held, without the value that was found in it: `talk_time is -5, below 0` tells more
   than a reader may know. What is no known form is not told. #}
{% macro reason_without_values(reason) -%}
    case
        when {{ reason }} like 'gate: %'
            then {{ remove_matches(reason, '(^gate: )|( is [^ ,;]+,)') }}
        when
            {{ reason }} like 'Expected %'
            or {{ reason }} like 'Object missing %'
            or {{ reason }} like 'not UTF-8 %'
            then {{ reason }}
        else 'a value that its type does not know'
    end
{%- endmacro %}

{# Before the insert: rows of files that are read anew go. #}
{% macro delete_rows_of_new_files(lake_path) -%}
    {%- if execute and is_incremental() -%}
        {%- set files = files_of_all_streams() -%}
        {%- if files -%}
            delete from {{ this }}
            where {{ lake_path }} in (
                {%- for file in files -%}
                '{{ file.split('/raw/')[1] | replace("'", "''") }}'{{ ', ' if not loop.last }}
                {%- endfor -%}
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# What people decided of held rows; an empty relation before the first decision. #}
{% macro quarantine_decisions() -%}
    {%- do source('operations', 'quarantine_decisions') -%}
    {{ rows_of_files(var('lake') ~ '/decisions/quarantine/*.parquet', {
        'decision_id': 'string', 'row_id': 'string', 'file_path': 'string', 'held_reason': 'string',
        'decision_type': 'string', 'decided_at': 'timestamp'
    }) }}
{%- endmacro %}
