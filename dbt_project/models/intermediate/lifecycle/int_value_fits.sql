-- One row per fit of customer value, of the newest model version, up to the build's moment.

{# Reads the lake although it is not staging: fits come into being after purchases were built. #}
with fits as (
    select * from {{ value_fits() }} as landed
    where fitted_as_of_at <= {{ as_of() }}
),

ranked as (
    select
        *,
        dense_rank() over (order by model_name desc, model_version desc) as version_rank,
        row_number() over (
            order by model_name desc, model_version desc, fitted_as_of_at desc
        ) as recency_rank
    from fits
),

final as (
    select
        model_name || '-' || model_version as value_model_slug,
        fitted_as_of_at,
        recency_rank = 1 as is_newest,
        status_type,
        r,
        alpha,
        a,
        b,
        p,
        q,
        v,
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
    from ranked
    where version_rank = 1
)

select * from final
