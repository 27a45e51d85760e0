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

{# The accepted files of all streams to read: in an incremental build those that the build step names
   as new, otherwise all of them. #}
{% macro files_of_all_streams() -%}
    {%- if execute and is_incremental() and var('new_files') is not none -%}
        {{ return(var('new_files').values() | sum(start=[])) }}
    {%- endif -%}
    {{ return(list_files(var('lake') ~ '/raw/*/*/dt=*/*.parquet')) }}
{%- endmacro %}

{# The path of a file below the zone that it lies in: the same wherever the lake is. #}
{% macro path_in_zone(path) -%}
    split_part({{ path }}, '/raw/', 2)
{%- endmacro %}

{# The whole path of the file that a row came from. #}
{% macro path_of_row() -%}
    {{ return(adapter.dispatch('path_of_row', 'cx_warehouse')()) }}
{%- endmacro %}

{% macro default__path_of_row() -%}
    input_file_name()
{%- endmacro %}

{% macro duckdb__path_of_row() -%}
    recorded.filename
{%- endmacro %}

{# A relation of what files say of themselves: file_path, and the manifest as text. #}
{% macro manifests_of(files) -%}
    {%- if not files -%}
        {{ return(no_rows({'file_path': 'string', 'manifest': 'string'})) }}
    {%- endif -%}
    {{ return(adapter.dispatch('manifests_of', 'cx_warehouse')(files)) }}
{%- endmacro %}

{% macro default__manifests_of(files) -%}
    {{ exceptions.raise_compiler_error(
        files | length ~ " files: this engine cannot read footers in SQL; without them the sources' own "
        ~ "counts are unknown; build fct_reconciliations on DuckDB."
    ) }}
{%- endmacro %}

{% macro duckdb__manifests_of(files) -%}
    (
        select file_name as file_path, decode(value) as manifest
        from parquet_kv_metadata([
            {%- for file in files -%} '{{ file | replace("'", "''") }}'{{ ', ' if not loop.last }} {%- endfor -%}
        ])
        where decode(key) = 'cx_manifest'
    )
{%- endmacro %}
