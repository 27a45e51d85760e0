{# Deletions that a source does not tell: a record that two sweeps of ids in a row do not name is gone. #}

{# After the insert: flag what the last two sweeps both lack and was there before the older of them,
   and take the flag off what they name again. A changed row counts as a row of this build. `key` is
   the column that holds the sweeps' key, `made_at` the one that says since when the record is there.
   A sweep that was not due has an empty file and is none. #}
{% macro flag_missing(source_name, sweeps, key, made_at) -%}
    {%- set files = list_files(var('lake') ~ '/raw/' ~ source_name ~ '/' ~ sweeps ~ '/**/*.parquet') -%}
    {%- if files -%}
    update {{ this }}
    set is_deleted = not is_deleted, _build_id = {{ build_id() }}
    where is_deleted <> (
        {{ made_at }} < (
            select cast(min(swept_until) as timestamp)
            from {{ _last_sweeps(files) }} as sweep
            having count(*) = 2
        )
        and {{ key }} not in (
            select seen._pk
            from {{ read_files(files) }} as seen
            inner join {{ _last_sweeps(files) }} as sweep
                on seen._interval_end = sweep.swept_until
            where seen._pk is not null
        )
    )
    {%- endif -%}
{%- endmacro %}

{% macro _last_sweeps(files) -%}
    (
        select distinct _interval_end as swept_until
        from {{ read_files(files) }}
        order by swept_until desc
        limit 2
    )
{%- endmacro %}
