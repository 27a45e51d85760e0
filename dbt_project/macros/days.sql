{# Day by day: which days a build must write again. #}

{# In an incremental build: only rows whose `day` lies within `reach` days of a day that the staging
   model received rows for in this build. In a full refresh: no condition. #}
{% macro near_touched_days(day, staging, staging_day, reach=0) -%}
    {%- if is_incremental() -%}
        {{ day }} in (
            select cast(touched.{{ staging_day }} + interval (shift.days) day as date)
            from (
                select distinct {{ staging_day }} from {{ staging }} where _build_id = {{ build_id() }}
            ) as touched
            cross join (
                {%- for days in range(-reach, reach + 1) %}
                select {{ days }} as days{{ ' union all' if not loop.last }}
                {%- endfor %}
            ) as shift
        )
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
