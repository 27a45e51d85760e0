{# The terms of a goal, which its lock hashes, in the order of ops/goals.py; as columns of a relation. #}

{% macro goal_terms(relation) -%}
    {%- set terms = [] -%}
    {%- for name in [
        'goal_slug', 'revision', 'metric_slug', 'segment_type', 'segment_slug', 'starts_on',
        'ends_on', 'baseline_value', 'target_value', 'success_type', 'owner_name', 'locked_at',
        'approved_by', 'approved_reason'
    ] -%}
        {%- do terms.append(relation ~ '.' ~ name) -%}
    {%- endfor -%}
    {{ return(terms) }}
{%- endmacro %}
