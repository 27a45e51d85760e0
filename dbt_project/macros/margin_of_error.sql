{# Half the width of the confidence interval of a mean, from count, sum and sum of squares. The
   variance is the population's, which for NPS is the closed form 100 * sqrt((p + d - (p - d)^2) / n).
   One observation has no margin. Rounding must not make a variance of zero negative. #}

{% macro margin_of_error(sample_count, score_sum, score_squared_sum) -%}
    case
        when {{ sample_count }} > 1
            then {{ var('margin_z') }} * sqrt(
                greatest(
                    {{ score_squared_sum }} / {{ sample_count }}
                    - ({{ score_sum }} / {{ sample_count }}) * ({{ score_sum }} / {{ sample_count }}),
                    0
                ) / {{ sample_count }}
            )
    end
{%- endmacro %}
