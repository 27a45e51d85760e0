-- One row per audit and question that two auditors answered, with the shares of both answers.

{{ config(materialized='view') }}

{% set part = 'form_slug, question_slug, audited_month' %}

with pairs as (
    select
        form_slug,
        question_slug,
        cast({{ dbt.date_trunc('month', 'audited_on') }} as date) as audited_month,
        audit_id,
        answer_type,
        second_answer_type
    from {{ ref('int_interaction_audits') }}
    where has_second_reading
),

answers as (
    select
        {{ part }},
        answer_type,
        1.0 as first_count,
        0.0 as second_count
    from pairs
    union all
    select
        {{ part }},
        second_answer_type as answer_type,
        0.0 as first_count,
        1.0 as second_count
    from pairs
),

{# How often the first readers gave an answer, and how often the second ones did. #}
shares as (
    select
        {{ part }},
        answer_type,
        sum(first_count) / sum(sum(first_count)) over (partition by {{ part }}) as first_share,
        sum(second_count) / sum(sum(second_count)) over (partition by {{ part }}) as second_share
    from answers
    group by {{ part }}, answer_type
),

final as (
    select
        pairs.form_slug,
        pairs.question_slug,
        pairs.audited_month,
        pairs.audit_id,
        pairs.answer_type = pairs.second_answer_type as is_agreed,
        of_first.first_share as own_first_share,
        of_first.second_share as own_second_share,
        of_second.first_share as other_first_share
    from pairs
    {% for side, answer in [('of_first', 'answer_type'), ('of_second', 'second_answer_type')] %}
    inner join shares as {{ side }}
        on
            pairs.form_slug = {{ side }}.form_slug
            and pairs.question_slug = {{ side }}.question_slug
            and pairs.audited_month = {{ side }}.audited_month
            and pairs.{{ answer }} = {{ side }}.answer_type
    {% endfor %}
)

select * from final
