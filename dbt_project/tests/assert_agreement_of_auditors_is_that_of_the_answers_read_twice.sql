-- A month that lost a pair would tell another agreement than the audits themselves.

with told as (
    select
        form_slug,
        question_slug,
        cast({{ dbt.date_trunc('month', 'audited_on') }} as date) as audited_month,
        count(*) as pair_count,
        avg(case when answer_type = second_answer_type then 1.0 else 0.0 end) as observed_rate
    from {{ ref('fct_interaction_audits') }}
    where has_second_reading
    group by
        form_slug,
        question_slug,
        cast({{ dbt.date_trunc('month', 'audited_on') }} as date)
)

select
    coalesce(told.question_slug, published.question_slug) as question_slug,
    coalesce(told.audited_month, published.audited_month) as audited_month
from told
full outer join {{ ref('agg_audit_agreement_monthly') }} as published
    on
        told.form_slug = published.form_slug
        and told.question_slug = published.question_slug
        and told.audited_month = published.audited_month
where
    told.pair_count is null
    or published.pair_count is null
    or told.pair_count <> published.pair_count
    or abs(told.observed_rate - published.observed_rate) > 1e-6
    or abs(published.kappa) > 1
