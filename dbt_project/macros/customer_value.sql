{# Customer value from the parameters of a fit (r, alpha, a, b; p, q, v). ops/value_model.py holds the
   same closed forms, and a test compares the two. `fit` names the row of the parameters. #}

{# Fits of every model version up to the build's moment; an empty relation before the first one. #}
{% macro value_fits() -%}
    {%- do source('value', 'value_fits') -%}
    {%- set columns = {} -%}
    {%- for kind, names in {
        'string': ['model_name', 'model_version', 'status_type'],
        'bigint': [
            'held_out_days', 'buyer_count', 'repeat_buyer_count', 'held_out_buyer_count',
            'held_out_purchase_count'
        ],
        'double': [
            'r', 'alpha', 'a', 'b', 'p', 'q', 'v', 'buying_log_likelihood',
            'spending_log_likelihood', 'held_out_expected_count', 'held_out_gap_per_buyer',
            'held_out_gap_low', 'held_out_gap_high', 'held_out_spend_gap_amount',
            'held_out_spend_gap_low', 'held_out_spend_gap_high'
        ],
        'timestamp': ['fitted_as_of_at']
    }.items() -%}
        {%- do columns.update(dict.fromkeys(names, kind)) -%}
    {%- endfor -%}
    {{ rows_of_files(var('lake') ~ '/enrichment/value/*/*.parquet', columns) }}
{%- endmacro %}

{# The chance that a buyer has not dropped out. Who never bought again had no chance to: 1. #}
{% macro alive_rate(fit, frequency, recency_days, age_days) -%}
    case
        when {{ fit }}.a is null then null
        when {{ frequency }} = 0 then 1.0
        else 1.0 / (
            1.0 + {{ fit }}.a / ({{ fit }}.b + {{ frequency }} - 1.0) * power(
                ({{ fit }}.alpha + {{ age_days }}) / ({{ fit }}.alpha + {{ recency_days }}),
                {{ fit }}.r + {{ frequency }}
            )
        )
    end
{%- endmacro %}

{# Purchases to expect of a buyer who is alive, given a, c = a + b + x - 1 and
   z = days / (alpha + T + days) as columns of `terms`. Times the chance of being alive it is what to
   expect. 2F1 is its series: Euler's transformation has made it converge fast, 150 terms suffice. #}
{% macro expected_purchases_while_alive(fit, terms) -%}
    {{ terms }}.c / ({{ terms }}.a - 1.0) * (
        1.0 - power(1.0 - {{ terms }}.z, {{ terms }}.a - 1.0) * (
            {{ hypergeometric_series(
                terms ~ '.a + ' ~ fit ~ '.b - 1.0 - ' ~ fit ~ '.r', terms ~ '.a - 1.0',
                terms ~ '.c', terms ~ '.z', 150
            ) }}
        )
    )
{%- endmacro %}

{# 2F1(u, w; c; z) by Horner's rule, from the last of its terms to the first. #}
{% macro hypergeometric_series(u, w, c, z, terms) -%}
    {{ return(adapter.dispatch('hypergeometric_series', 'cx_warehouse')(u, w, c, z, terms)) }}
{%- endmacro %}

{% macro default__hypergeometric_series(u, w, c, z, terms) -%}
    aggregate(
        sequence({{ terms - 1 }}, 0, -1), cast(1.0 as double),
        (sum_so_far, k) -> 1.0 + ({{ u }} + k) * ({{ w }} + k) / (({{ c }} + k) * (k + 1.0))
            * {{ z }} * sum_so_far
    )
{%- endmacro %}

{% macro duckdb__hypergeometric_series(u, w, c, z, terms) -%}
    list_reduce(
        [cast(k as double) for k in range({{ terms - 1 }}, -1, -1)],
        lambda sum_so_far, k: 1.0 + ({{ u }} + k) * ({{ w }} + k) / (({{ c }} + k) * (k + 1.0))
            * {{ z }} * sum_so_far,
        cast(1.0 as double)
    )
{%- endmacro %}

{# What a buyer is expected to spend on a purchase. #}
{% macro expected_spend(fit, frequency, mean_repeat_spend) -%}
    {{ fit }}.p * (
        {{ fit }}.v + coalesce({{ frequency }} * {{ mean_repeat_spend }}, 0)
    ) / (
        {{ fit }}.p * case when {{ mean_repeat_spend }} is null then 0 else {{ frequency }} end
        + {{ fit }}.q - 1.0
    )
{%- endmacro %}

{# The group, 1 to `groups`, in which a value falls among all. Equal values fall into one group. #}
{% macro group_of_rank(measure, groups) -%}
    cast(
        least({{ groups }}, 1 + floor(percent_rank() over (order by {{ measure }}) * {{ groups }}))
        as integer
    )
{%- endmacro %}
