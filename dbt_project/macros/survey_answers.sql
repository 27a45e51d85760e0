{# Whether an NPS answer counts: all of them, or a person's latest of the period (var nps_answers). #}

{% macro counts_for_nps() -%}
    {{ 'is_latest_in_period' if var('nps_answers') == 'latest_per_person' else 'true' }}
{%- endmacro %}
