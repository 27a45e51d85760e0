{# Day by day: a fact is rebuilt for the days that this build may change, and for no other.

   A model says in its meta how its days are found: `touched_days: [<macro>, <arguments>…]`. Its
   body selects those days when incremental; the strategy deletes exactly the same days first. The
   delete+insert of dbt would leave a day standing that lost its last row. #}

{% macro get_incremental_touched_days_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ arg_dict['unique_key'] }} in ({{ touched_days() }});

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{# The days of the running model, by the macro that its meta names. #}
{% macro touched_days() -%}
    {%- set how = config.get('meta')['touched_days'] -%}
    {{ context[how[0]](*how[1:]) }}
{%- endmacro %}

{# Days on which a row of this build stands, and days on which its key stood until now. `also` is a
   condition on rows of the model itself, such as is_provisional. #}
{% macro days_of_changed_rows(units, key, day, also=none) -%}
    select {{ day }} from {{ ref(units) }}
    where _build_id = {{ build_id() }} and {{ day }} is not null
    union distinct
    select {{ day }} from {{ this }}
    where
        {{ key }} in (select {{ key }} from {{ ref(units) }} where _build_id = {{ build_id() }})
        {%- if also %} or {{ also }}{% endif %}
{%- endmacro %}

{# Start days of sessions that a restated day of events may change: a session that crosses midnight
   starts on the neighbour day, so the day before and the day after are rebuilt too. A day whose file
   came empty has no events left to tell of it: it is taken from the file's name. The model's `also`
   adds days of its own rows, such as those that were provisional. #}
{% macro days_of_changed_sessions(also=none) -%}
    {%- for days in neighbour_days() %}
    select distinct cast({{ dbt.dateadd('day', days, 'event_on') }} as date) as started_on
    from {{ ref('stg_ga4__events') }}
    where _build_id = {{ build_id() }}
    union distinct
    {%- endfor %}
    {%- for day in days_of_new_files('ga4.events') %}
    {%- for days in neighbour_days() %}
    select cast({{ dbt.dateadd('day', days, "cast('" ~ day ~ "' as date)") }} as date)
    union distinct
    {%- endfor %}
    {%- endfor %}
    select started_on from {{ this }} where {{ also or '1 = 0' }}
{%- endmacro %}

{# How far away the start or the tail of a session may lie: -1, 0, 1 when it spans two days. #}
{% macro neighbour_days() -%}
    {%- set reach = var('session_span_days') - 1 -%}
    {{ return(range(-reach, reach + 1) | list) }}
{%- endmacro %}

{# Touchpoints come from rows and from sessions; of a session that a restated file no longer holds no
   row is left to tell. #}
{% macro days_of_changed_touchpoints() -%}
    {{ days_of_changed_rows('int_touchpoints_unioned', 'touchpoint_key', 'started_on') }}
    union distinct
    {{ days_of_changed_sessions() }}
{%- endmacro %}

{# Days named by the files that this build reads anew, from their folder dt=<day>. #}
{% macro days_of_new_files(stream) -%}
    {%- set days = [] -%}
    {%- for file in (var('new_files') or {}).get(stream, []) -%}
        {%- do days.append(file.split('/dt=')[-1][:10]) -%}
    {%- endfor -%}
    {{ return(days | unique | list) }}
{%- endmacro %}

{# Days that the log of metrics names for this build. #}
{% macro days_booked_anew() -%}
    select booked_on from {{ ref('int_metric_days_touched') }} where _build_id = {{ build_id() }}
{%- endmacro %}
