{# What a source no longer shows: a list that is read whole says so by leaving it out. #}

{# After a build: set `flag` where a record is in none of the newest `snapshots` readings of a list,
   though it was read before all of them; `unless` is a condition under which it is known to be gone.
   A row whose flag turns counts as a row of this build. Readings are told apart by their moment; a
   file without rows was not due and counts as none. With fewer readings than wanted, nothing is
   marked. #}
{% macro mark_absent(flag, source_name, stream, key='_pk', snapshots=1, unless='1 = 0') -%}
    {%- set files = newest_files(source_name, stream, 30 * snapshots) -%}
    {%- if files -%}
        {%- set readings -%}
            select distinct cast(_extracted_at as timestamp) as read_at
            from {{ read_files(files) }} as landed
            order by read_at desc
            limit {{ snapshots }}
        {%- endset -%}
        {%- set moments = run_query(readings).columns[0].values() -%}
        {%- if moments | length == snapshots -%}
            {%- set oldest = "cast('" ~ moments[-1] ~ "' as timestamp)" -%}
            update {{ this }}
            set {{ flag }} = not {{ flag }}, _build_id = {{ build_id() }}
            where {{ flag }} <> (
                not ({{ unless }})
                and _extracted_at < {{ oldest }}
                and {{ key }} not in (
                    select _pk from {{ read_files(files) }} as landed
                    where cast(_extracted_at as timestamp) >= {{ oldest }}
                )
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The newest accepted files of a stream, so many at most; none while dbt only reads the project. #}
{% macro newest_files(source_name, stream, most) -%}
    {%- set pattern = var('lake') ~ '/raw/' ~ source_name ~ '/' ~ stream ~ '/**/*.parquet' -%}
    {{ return(list_files(pattern)[-most:]) }}
{%- endmacro %}
