{# Business time: what lies in the opening hours of a schedule, in the schedule's own time zone. #}

{# A moment in UTC as the clock on the wall shows it, and back. #}
{% macro local_from_utc(moment, zone) -%}
    {{ return(adapter.dispatch('local_from_utc', 'cx_warehouse')(moment, zone)) }}
{%- endmacro %}

{% macro default__local_from_utc(moment, zone) -%}
    from_utc_timestamp({{ moment }}, {{ zone }})
{%- endmacro %}

{% macro duckdb__local_from_utc(moment, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ moment }}))
{%- endmacro %}

{% macro utc_from_local(moment, zone) -%}
    {{ return(adapter.dispatch('utc_from_local', 'cx_warehouse')(moment, zone)) }}
{%- endmacro %}

{% macro default__utc_from_local(moment, zone) -%}
    to_utc_timestamp({{ moment }}, {{ zone }})
{%- endmacro %}

{% macro duckdb__utc_from_local(moment, zone) -%}
    timezone('UTC', timezone({{ zone }}, {{ moment }}))
{%- endmacro %}

{# The condition that finds the row of int_business_days in which a moment lies. #}
{% macro is_business_day_of(days, schedule_slug, moment) -%}
    {{ days }}.schedule_slug = {{ schedule_slug }}
    and {{ days }}.begins_at <= {{ moment }}
    and {{ moment }} < {{ days }}.ends_at
{%- endmacro %}

{# Business seconds from the calendar's first day to a moment, from the day in which it lies: the
   business time between two moments is the difference of two of these. #}
{% macro business_seconds_until(moment, days) -%}
    (
        {{ days }}.seconds_before
        + least(
            greatest({{ epoch_seconds(moment) }} - {{ epoch_seconds(days ~ '.opens_at') }}, 0),
            {{ days }}.open_seconds
        )
    )
{%- endmacro %}
