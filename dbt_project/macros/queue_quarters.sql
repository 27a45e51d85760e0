{# The desk's interval in which a call entered the queue: after the menu, cut to whole intervals. #}
{% macro queue_quarter(calls) -%}
    {%- set seconds = var('queue_interval_minutes') * 60 -%}
    {%- set entered = epoch_seconds(calls ~ '.started_at') ~ ' + coalesce(' ~ calls ~ '.ivr_seconds, 0)' -%}
    {{ timestamp_from_seconds('cast(floor((' ~ entered ~ ') / ' ~ seconds ~ ') as bigint) * ' ~ seconds) }}
{%- endmacro %}

{# A list of dates in SQL: days whose files of both streams were accepted and of which this build reads
   at least one. An impossible day stands for none. #}
{% macro days_read_of_both(first, second) -%}
    {%- set fresh = days_of_files(files_to_judge(first) + files_to_judge(second)) -%}
    {%- set there = days_of_files(files_accepted(second)) -%}
    {%- set days = [] -%}
    {%- for day in days_of_files(files_accepted(first)) if day in there and day in fresh -%}
        {%- do days.append(day) -%}
    {%- endfor -%}
    {{ dates(days or ["1970-01-01"]) }}
{%- endmacro %}

{% macro files_accepted(stream) -%}
    {{ return(list_files(var('lake') ~ '/raw/' ~ stream | replace('.', '/') ~ '/**/*.parquet')) }}
{%- endmacro %}

{# The files of a stream that are new to this build; all of them when nothing was said. #}
{% macro files_to_judge(stream) -%}
    {%- if var('new_files') is none -%}
        {{ return(files_accepted(stream)) }}
    {%- endif -%}
    {{ return(var('new_files').get(stream, [])) }}
{%- endmacro %}

{# Days of the files to judge that hold quarantined rows: a select with the column `left_out_on`. #}
{% macro days_with_quarantined_rows(stream) -%}
    {%- set files = files_to_judge(stream) -%}
    select cast(files._interval_start as date) as left_out_on
    from {{ read_files(files) if files else no_files({'_payload': 'string'}) }} as files
    where files._error is not null
{%- endmacro %}
