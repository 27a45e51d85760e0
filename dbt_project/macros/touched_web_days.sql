{# Days of web marts that look back: a conversion on its journey, a query on its usual number. #}

{# Conversions that a changed session may have led to, within the look-back. #}
{% macro days_of_changed_conversions() -%}
    {%- set reach = var('attribution_lookback_days') + 1 -%}
    select distinct conversions.converted_on
    from (
        select converted_on from {{ ref('int_web_conversions') }}
        union distinct
        select converted_on from {{ this }}
    ) as conversions
    inner join ({{ days_of_changed_sessions(own='converted_on') }}) as changed
        on
            changed.started_on >= {{ dbt.dateadd('day', -reach, 'conversions.converted_on') }}
            and changed.started_on <= {{ dbt.dateadd('day', 1, 'conversions.converted_on') }}
{%- endmacro %}

{# Days of searches that were read anew, and the days whose usual number rests on them. #}
{% macro days_of_changed_keywords() -%}
    select distinct keywords.report_on
    from (
        select report_on from {{ ref('int_keywords_daily') }}
        union distinct
        select report_on from {{ this }}
    ) as keywords
    inner join (
        select report_on from {{ ref('int_keywords_daily') }} where _build_id = {{ build_id() }}
        {{ or_days_of_new_files([
            'search_console.by_date', 'search_console.by_query_page', 'ga4.events'
        ]) }}
    ) as changed
        on
            keywords.report_on >= changed.report_on
            and keywords.report_on <= {{ dbt.dateadd(
                'day', var('keyword_usual_days'), 'changed.report_on'
            ) }}
{%- endmacro %}
