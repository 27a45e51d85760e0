-- One row per fit of customer value: its parameters, and how it foretold the days held out.

with fits as (select * from {{ ref('int_value_fits') }}),

final as (
    select
        value_model_slug,
        fitted_as_of_at,
        status_type,
        is_newest,
        r as r_parameter,
        alpha as alpha_parameter,
        a as a_parameter,
        b as b_parameter,
        p as p_parameter,
        q as q_parameter,
        v as v_parameter,
        buying_log_likelihood,
        spending_log_likelihood,
        buyer_count,
        repeat_buyer_count,
        held_out_days,
        held_out_buyer_count,
        held_out_purchase_count,
        held_out_expected_count,
        held_out_gap_per_buyer,
        held_out_gap_low,
        held_out_gap_high,
        held_out_spend_gap_amount,
        held_out_spend_gap_low,
        held_out_spend_gap_high
    from fits
)

select * from final
