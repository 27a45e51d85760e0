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
   adds days of its own rows, such as those that were provisional; `own` is its day. #}
{% macro days_of_changed_sessions(also=none, own='started_on') -%}
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
    select {{ own }} from {{ this }} where {{ also or '1 = 0' }}
{%- endmacro %}

{# How far away the start or the tail of a session may lie: -1, 0, 1 when it spans two days. #}
{% macro neighbour_days() -%}
    {%- set reach = var('session_span_days') - 1 -%}
    {{ return(range(-reach, reach + 1) | list) }}
{%- endmacro %}

{# Touchpoints come from rows, from sessions and from posts; of a session or a post that a file read
   again no longer holds no row is left to tell. #}
{% macro days_of_changed_touchpoints() -%}
    {{ days_of_changed_rows('int_touchpoints_unioned', 'touchpoint_key', 'started_on') }}
    union distinct
    {{ days_of_changed_sessions() }}
    {{ or_days_of_new_files(mention_streams()) }}
{%- endmacro %}

{# Lists whose files, read again, may have lost a mention, or tell that it is the company's own. #}
{% macro mention_streams() -%}
    {{ return([
        'x.search_posts', 'x.mentions', 'x.own_posts', 'bluesky.search_posts', 'bluesky.own_posts',
        'facebook.comments'
    ]) }}
{%- endmacro %}

{# Mentions: days of files read anew, and days whose first reply may be gone with such a file. #}
{% macro days_of_changed_mentions() -%}
    {{ days_of_changed_rows('int_mentions', 'post_id', 'created_on') }}
    {{ or_days_of_new_files(mention_streams()) }}
    {%- for stream in ['x.own_posts', 'bluesky.own_posts', 'facebook.comments'] %}
    {%- set replied = days_of_new_files(stream) %}
    {%- if replied %}
    union distinct
    select created_on from {{ this }}
    where cast(first_reply_at as date) in ({{ dates(replied) }})
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# Readings of counters: days of rows, of files read anew, and of the other readings of a post whose
   reading may be gone with such a file, because each tells the change since the one before. #}
{% macro days_of_changed_snapshots() -%}
    {{ days_of_changed_rows('int_post_snapshots', 'snapshot_key', 'snapshot_on') }}
    {{ or_days_of_new_files(['x.post_metrics']) }}
    {%- set days = days_of_new_files('x.post_metrics') %}
    {%- if days %}
    union distinct
    select snapshot_on from {{ this }}
    where post_id in (select post_id from {{ this }} where snapshot_on in ({{ dates(days) }}))
    {%- endif %}
{%- endmacro %}

{# Answers: days of rows, and of a person's other answers in the period that a changed one has left:
   one of them may be the latest now. #}
{% macro days_of_changed_answers() -%}
    {{ days_of_changed_rows('int_survey_responses', 'touchpoint_key', 'submitted_on') }}
    union distinct
    select others.submitted_on
    from {{ this }} as others
    inner join {{ this }} as changed
        on
            others.identifier_key = changed.identifier_key
            and others.survey_type = changed.survey_type
            and {{ dbt.date_trunc(var('survey_period'), 'others.submitted_on') }}
            = {{ dbt.date_trunc(var('survey_period'), 'changed.submitted_on') }}
    where
        changed.identifier_key <> 'unknown'
        and changed.touchpoint_key in (
            select touchpoint_key from {{ ref('int_survey_responses') }}
            where _build_id = {{ build_id() }}
        )
{%- endmacro %}

{# Behind a select of days: the days of the files that this build reads anew. #}
{% macro or_days_of_new_files(streams) -%}
    {%- for stream in streams %}
    {%- for day in days_of_new_files(stream) %}
    union distinct
    select cast('{{ day }}' as date)
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{# Days as a list of dates in SQL. #}
{% macro dates(days) -%}
    cast('{{ days | join("' as date), cast('") }}' as date)
{%- endmacro %}

{# Days within the intervals of the files that this build reads anew. #}
{% macro days_of_new_files(stream) -%}
    {{ return(days_of_files((var('new_files') or {}).get(stream, []))) }}
{%- endmacro %}

{# Days that the log of metrics names for this build. #}
{% macro days_booked_anew() -%}
    select booked_on from {{ ref('int_metric_days_touched') }} where _build_id = {{ build_id() }}
{%- endmacro %}

{# Quarters of the queues: days of calls that changed, and of exports read anew. #}
{% macro days_of_changed_queue_intervals() -%}
    {{ days_of_changed_rows('int_queue_intervals', 'queue_interval_key', 'started_on') }}
    {{ or_days_of_new_files(['files.acd_intervals']) }}
    union distinct
    select cast({{ queue_quarter('calls') }} as date)
    from {{ ref('int_calls') }} as calls
    where calls._build_id = {{ build_id() }}
{%- endmacro %}

{# Clocks of tickets go by the day on which the ticket was opened, which never moves; of an event that
   a file read again no longer holds only the model's own `moments` tell, `own` being its day. #}
{% macro days_of_changed_ticket_clocks(own, moments) -%}
    {%- set days = days_of_new_files('zendesk.ticket_metric_events') %}
    {%- for moment in moments if days %}
    select {{ own }} from {{ this }}
    where source_slug = 'zendesk' and cast({{ moment }} as date) in ({{ dates(days) }})
    union distinct
    {%- endfor %}
    select created_on from {{ ref('stg_zendesk__tickets') }}
    where
        created_on is not null
        and (
            _build_id = {{ build_id() }}
            or ticket_id in (
                select ticket_id from {{ ref('stg_zendesk__ticket_metric_events') }}
                where _build_id = {{ build_id() }}
            )
        )
{%- endmacro %}

{# Clocks of promises: those of tickets, those on tasks, and those that ran when they were last read. #}
{% macro days_of_changed_sla_clocks() -%}
    {{ days_of_changed_ticket_clocks('opened_on', ['started_at', 'stopped_at']) }}
    {%- for units, key in [
        ('stg_servicenow__task_sla', 'task_sla_id'),
        ('stg_servicenow__incident', 'incident_id'),
        ('stg_servicenow__sc_req_item', 'requested_item_id')
    ] %}
    union distinct
    select opened_on from {{ this }}
    where
        {{ 'instance_id' if key == 'task_sla_id' else 'object_id' }} in (
            select {{ key }} from {{ ref(units) }} where _build_id = {{ build_id() }}
        )
    {%- endfor %}
    union distinct
    select cast(started_at as date) from {{ ref('stg_servicenow__task_sla') }}
    where _build_id = {{ build_id() }} and started_at is not null
    union distinct
    select opened_on from {{ this }} where is_open
{%- endmacro %}
