-- One row per month, form and question that was read twice: Cohen's kappa and its margin of error.

{# Chance agrees as often as both give an answer by their own habits: the sum of first_share *
   second_share over the answers. As a mean over pairs that is own_second_share, for pairs hold
   each answer as often as the first readers gave it. The variance is that of Fleiss, Cohen and Everitt
   (1969): the mean of a term of each pair, less a square. Rounded: another order of adding up is no
   other value. #}
{{ config(materialized='view') }}

{% set part = 'form_slug, question_slug, audited_month' %}

with pairs as (
    select
        *,
        count(*) over (partition by {{ part }}) as pair_count,
        avg(case when is_agreed then 1.0 else 0.0 end) over (partition by {{ part }})
            as observed_rate,
        avg(own_second_share) over (partition by {{ part }}) as expected_rate
    from {{ ref('int_audit_pairs') }}
),

weighed as (
    select
        pairs.*,
        case
            when pairs.is_agreed
                then
                    (1 - pairs.expected_rate)
                    - (pairs.own_first_share + pairs.own_second_share) * (1 - pairs.observed_rate)
            else (1 - pairs.observed_rate) * (pairs.own_second_share + pairs.other_first_share)
        end as deviation
    from pairs
),

final as (
    select
        {{ part }},
        pair_count,
        round(observed_rate, 9) as observed_rate,
        round(expected_rate, 9) as expected_rate,
        round((observed_rate - expected_rate) / nullif(1 - expected_rate, 0), 9) as kappa,
        round({{ var('margin_z') }} * sqrt(
            greatest(
                avg(deviation * deviation)
                - (observed_rate * expected_rate - 2 * expected_rate + observed_rate)
                * (observed_rate * expected_rate - 2 * expected_rate + observed_rate),
                0
            )
            / pair_count
        ) / nullif((1 - expected_rate) * (1 - expected_rate), 0), 9) as margin_of_error
    from weighed
    group by {{ part }}, pair_count, observed_rate, expected_rate
)

select * from final
