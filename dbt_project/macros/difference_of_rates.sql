{# An end of the 95 % interval of the difference of two rates, by Agresti and Caffo (2000): one success
   and one failure more on each side keep it honest with few cases. `sign` is - or +. #}

{% macro difference_of_rates_bound(sign, hits, cases, other_hits, other_cases) -%}
    {%- set rate = '((' ~ hits ~ ' + 1.0) / (' ~ cases ~ ' + 2.0))' -%}
    {%- set other = '((' ~ other_hits ~ ' + 1.0) / (' ~ other_cases ~ ' + 2.0))' -%}
    {{ rate }} - {{ other }} {{ sign }} {{ var('margin_z') }} * sqrt(
        {{ rate }} * (1.0 - {{ rate }}) / ({{ cases }} + 2.0)
        + {{ other }} * (1.0 - {{ other }}) / ({{ other_cases }} + 2.0)
    )
{%- endmacro %}
