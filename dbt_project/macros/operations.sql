{# The pipeline's own records: small Parquet files that are written once and never changed. #}

{# The rows of files that staging has not read yet; an empty relation before the first file.
   `columns` is a dict of name -> type. The file's name is the record of having been read. #}
{% macro operations_rows(folder, columns) -%}
    {%- do source('operations', folder) -%}
    {%- set files = unread_files(var('lake') ~ '/operations/' ~ folder ~ '/*/*.parquet') -%}
    (
        {%- if not files %}
        select
            {%- for name, kind in columns.items() %}
            cast(null as {{ kind }}) as {{ name }},
            {%- endfor %}
            cast(null as string) as _file
        where 1 = 0
        {%- endif %}
        {%- if files %}
        select
            {%- for name, kind in columns.items() %}
            cast(recorded.{{ name }} as {{ kind }}) as {{ name }},
            {%- endfor %}
            {{ file_name_of_row() }} as _file
        from {{ read_files(files) }} as recorded
        {%- endif %}
    )
{%- endmacro %}

{% macro unread_files(pattern) -%}
    {%- if not execute -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set files = list_files(pattern) -%}
    {%- if not is_incremental() -%}
        {{ return(files) }}
    {%- endif -%}
    {%- set known = run_query('select distinct _file from ' ~ this).columns[0].values() -%}
    {%- set unread = [] -%}
    {%- for file in files if file.split('/')[-1] not in known -%}
        {%- do unread.append(file) -%}
    {%- endfor -%}
    {{ return(unread) }}
{%- endmacro %}

{# The last part of the path of the file that a row came from. #}
{% macro file_name_of_row() -%}
    {{ return(adapter.dispatch('file_name_of_row', 'cx_warehouse')()) }}
{%- endmacro %}

{% macro default__file_name_of_row() -%}
    regexp_replace(input_file_name(), '^.*/', '')
{%- endmacro %}

{% macro duckdb__file_name_of_row() -%}
    parse_filename(recorded.filename)
{%- endmacro %}

{# Since when what the gates said of a stream counts for the trust in it. #}
{% macro trust_start() -%}
    {{ dbt.dateadd('day', '-' ~ var('trust_days'), as_of()) }}
{%- endmacro %}

{# A number as text, without decimals. #}
{% macro whole(number) -%}
    cast(cast({{ number }} as bigint) as string)
{%- endmacro %}

{# One measure of each stream of a relation. #}
{% macro stream_measure(relation, slug, measure, words) -%}
    select
        measured.source_slug,
        measured.stream_slug,
        '{{ slug }}' as measure_slug,
        cast({{ measure }} as double) as measure_value,
        {{ words }} as measure_text
    from {{ relation }} as measured
{%- endmacro %}
