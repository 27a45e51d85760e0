-- One row per month, form and question that two auditors answered: how far they agree.

with agreements as (select * from {{ ref('int_audit_agreements') }}),

final as (
    select
        agreements.form_slug,
        agreements.question_slug,
        agreements.audited_month,
        agreements.pair_count,
        agreements.observed_rate,
        agreements.expected_rate,
        agreements.kappa,
        agreements.margin_of_error
    from agreements
)

select * from final
