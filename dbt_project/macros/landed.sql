{# From accepted files of the lake to rows of staging. #}

{# The accepted files to read: in an incremental build those that the build step names as new
   (var new_files, by "<source>.<stream>"), otherwise all of them. A stream without a file gives
   an empty list, and landed_rows then an empty relation. #}
{% macro landed_files(source_name, stream) -%}
    {%- if execute and is_incremental() and var('new_files') is not none -%}
        {{ return(var('new_files').get(source_name ~ '.' ~ stream, [])) }}
    {%- endif -%}
    {{ return(list_files(var('lake') ~ '/raw/' ~ source_name ~ '/' ~ stream ~ '/**/*.parquet')) }}
{%- endmacro %}

{# The files to read of a stream whose file replaces its days: beside the new ones every accepted file
   that shares a day with them, because the day is emptied first (delete_landed_days). A stream that is
   read with an overlap has a record of a day in the files of `overlap_days` later days too. #}
{% macro files_of_landed_days(source_name, stream, overlap_days=0) -%}
    {%- set files = landed_files(source_name, stream) -%}
    {%- if not files or not is_incremental() -%}
        {{ return(files) }}
    {%- endif -%}
    {%- set days = days_of_files(files, overlap_days) -%}
    {%- set shared = [] -%}
    {%- set pattern = var('lake') ~ '/raw/' ~ source_name ~ '/' ~ stream ~ '/**/*.parquet' -%}
    {%- for file in list_files(pattern) -%}
        {%- if days_of_files([file], overlap_days) | select('in', days) | list -%}
            {%- do shared.append(file) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(shared) }}
{%- endmacro %}

{# The days within the intervals of files, from their names: <start>--<end>.parquet, the end
   exclusive; and so many days before them. #}
{% macro days_of_files(files, overlap_days=0) -%}
    {%- set days = [] -%}
    {%- for file in files -%}
        {%- set read = modules.datetime.datetime.strptime -%}
        {%- set start, end = file.split('/')[-1].split('.')[0].split('--') -%}
        {%- set start = read(start, '%Y%m%dT%H%M%SZ') - modules.datetime.timedelta(days=overlap_days) -%}
        {%- set last = read(end, '%Y%m%dT%H%M%SZ') - modules.datetime.timedelta(seconds=1) -%}
        {%- for ahead in range((last.date() - start.date()).days + 1) -%}
            {%- do days.append((start.date() + modules.datetime.timedelta(days=ahead)) | string) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(days | unique | list) }}
{%- endmacro %}

{# Files that fit a pattern, by name; none while dbt only reads the project. #}
{% macro list_files(pattern) -%}
    {%- if not execute -%}
        {{ return([]) }}
    {%- endif -%}
    {{ return(adapter.dispatch('list_files', 'cx_warehouse')(pattern)) }}
{%- endmacro %}

{% macro default__list_files(pattern) -%}
    {{ exceptions.raise_compiler_error(
        pattern ~ ": this engine cannot list files in SQL; without the list nothing can be read; "
        ~ "pass every file in the var new_files."
    ) }}
{%- endmacro %}

{% macro duckdb__list_files(pattern) -%}
    {%- set found = run_query("select file from glob('" ~ pattern | replace("'", "''") ~ "') order by file") -%}
    {{ return(found.columns[0].values() | list) }}
{%- endmacro %}

{% macro read_files(files) -%}
    {{ return(adapter.dispatch('read_files', 'cx_warehouse')(files)) }}
{%- endmacro %}

{% macro default__read_files(files) -%}
    ({% for file in files %}select * from parquet.`{{ file }}`{{ ' union all ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# union_by_name: a column that the vendor added last week is absent from older files. #}
{% macro duckdb__read_files(files) -%}
    read_parquet([
        {%- for file in files -%} '{{ file | replace("'", "''") }}'{{ ', ' if not loop.last }} {%- endfor -%}
    ], union_by_name = true, hive_partitioning = false)
{%- endmacro %}

{# The rows of the files of a pattern; an empty relation before the first file. `columns` is a dict of
   name -> type. #}
{% macro rows_of_files(pattern, columns) -%}
    {%- set files = list_files(pattern) if execute else [] -%}
    {{ read_files(files) if files else no_rows(columns) }}
{%- endmacro %}

{# An empty relation with these columns, a dict of name -> type. #}
{% macro no_rows(columns) -%}
    (
        select
            {%- for name, kind in columns.items() %}
            cast(null as {{ kind }}) as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        where 1 = 0
    )
{%- endmacro %}

{# An empty relation with the landed columns, for a stream of which no file was accepted yet. #}
{% macro no_files(columns) -%}
    {{ no_rows(dict({
        '_pk': 'string', '_cursor': 'timestamp', '_deleted': 'boolean', '_extracted_at': 'timestamp',
        '_interval_start': 'timestamp', '_interval_end': 'timestamp', '_payload_sha': 'binary',
        '_error': 'string'
    }, **columns)) }}
{%- endmacro %}

{# One row per key: the newest accepted version among the files to read, and only where staging
   does not hold a newer one already. The order of versions is (cursor, extracted at, payload hash);
   the hash only makes two versions of one instant fall the same way on every run. A stream without
   a cursor is ordered by the moment of extraction.
   `key` makes one of several columns; `against_existing` is off where one file replaces one day;
   `whole_days` is on where a day may lie in several files and is read anew from all of them, also
   from those of `overlap_days` later. #}
{% macro landed_rows(
    source_name, stream, columns={'_payload': 'string'}, key='_pk', against_existing=true,
    whole_days=false, overlap_days=0
) -%}
    {%- do source(source_name, stream) -%}
    {%- set files = files_of_landed_days(source_name, stream, overlap_days)
        if whole_days else landed_files(source_name, stream) -%}
    {%- set compared = against_existing and is_incremental() -%}
    (
        select newest.*
        from (
            select
                {{ key }} as _pk,
                coalesce(cast(_cursor as timestamp), cast(_extracted_at as timestamp)) as _cursor,
                coalesce(_deleted, false) as is_deleted,
                cast(_extracted_at as timestamp) as _extracted_at,
                cast(_interval_start as timestamp) as _interval_start,
                cast(_interval_end as timestamp) as _interval_end,
                _payload_sha,
                {{ build_id() }} as _build_id,
                {%- for name in columns %}
                {{ name }},
                {%- endfor %}
                row_number() over (
                    partition by {{ key }}
                    order by
                        coalesce(_cursor, _extracted_at) desc, _extracted_at desc, _payload_sha desc
                ) as version_rank
            from {{ read_files(files) if files else no_files(columns) }} as landed
            where _error is null
        ) as newest
        {%- if compared %}
        left join {{ this }} as kept
            on
                newest._pk = kept._pk
                and (
                    kept._cursor > newest._cursor
                    or (kept._cursor = newest._cursor and kept._extracted_at > newest._extracted_at)
                    or (
                        kept._cursor = newest._cursor
                        and kept._extracted_at = newest._extracted_at
                        and kept._payload_sha > newest._payload_sha
                    )
                )
        {%- endif %}
        where newest.version_rank = 1
        {%- if compared %} and kept._pk is null{% endif %}
    )
{%- endmacro %}

{# Before the insert: a file that was read again replaces its days, also when it came empty. #}
{% macro delete_landed_days(source_name, stream, day='_landed_on', overlap_days=0) -%}
    {%- if execute and is_incremental() -%}
        {%- set days = days_of_files(landed_files(source_name, stream), overlap_days) -%}
        {%- if days -%}
            delete from {{ this }}
            where {{ day }} in ({{ dates(days) }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Technical columns that every staging model ends with. #}
{% macro technical_columns(relation) -%}
    {{ relation }}._pk,
    {{ relation }}._cursor,
    {{ relation }}._payload_sha,
    {{ relation }}._extracted_at,
    {{ relation }}._build_id
{%- endmacro %}

{# HubSpot writes a moment as ISO 8601 or as epoch milliseconds, always as text. #}
{% macro hubspot_timestamp(text) -%}
    coalesce(
        try_cast({{ text }} as timestamp),
        {{ timestamp_from_micros('try_cast(' ~ text ~ ' as bigint) * 1000') }}
    )
{%- endmacro %}

{# Rows of the lake, and beside them what their payload says, typed as `structure` tells. #}
{% macro decoded(rows, structure) -%}
    (
        select
            landed.*,
            {{ decode_json('landed._payload', structure) }} as record
        from {{ rows }} as landed
    )
{%- endmacro %}
