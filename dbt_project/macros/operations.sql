{# From the files that the pipeline writes about itself to rows of staging. #}

{# Rows of operations/<table>: all days in a full refresh, otherwise the last days known and what came
   after. A file may be written a while after the moment that names its day, hence the days read
   again; they replace those days. #}
{% macro operation_rows(table, columns, day) -%}
    {%- do source('operations', table) -%}
    {%- set files = [] -%}
    {%- if execute -%}
        {%- set since = operation_days_since(day) if is_incremental() else '' -%}
        {%- for file in list_files(var('lake') ~ '/operations/' ~ table ~ '/dt=*/*.parquet') -%}
            {%- if file.split('/dt=')[-1][:10] >= since -%}
                {%- do files.append(file) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if files -%}
        {{ read_files(files) }}
    {%- else -%}
        (
            select
                {%- for name, kind in columns.items() %}
                cast(null as {{ kind }}) as {{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            where 1 = 0
        )
    {%- endif -%}
{%- endmacro %}

{# The first day to read again, as text; empty when nothing is known yet. #}
{% macro operation_days_since(day) -%}
    {%- set reread = dbt.dateadd('day', -var('operations_reread_days'), 'max(' ~ day ~ ')') -%}
    {%- set known = run_query('select cast(cast(' ~ reread ~ ' as date) as string) from ' ~ this) -%}
    {{ return(known.columns[0].values()[0] or '') }}
{%- endmacro %}

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
