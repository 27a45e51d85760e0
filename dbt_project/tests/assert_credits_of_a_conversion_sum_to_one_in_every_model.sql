-- Every conversion is shared out whole by each model: nothing is lost, nothing is given twice.

with conversions as (
    select * from {{ ref('int_web_conversions') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
),

credits as (
    select
        conversion_key,
        model_slug,
        sum(credit) as credit,
        sum(credited_usd) as credited_usd
    from {{ ref('fct_attribution_credits') }}
    group by conversion_key, model_slug
)

select
    conversions.conversion_key,
    attribution_models.model_slug,
    credits.credit
from conversions
cross join attribution_models
full outer join credits
    on
        conversions.conversion_key = credits.conversion_key
        and attribution_models.model_slug = credits.model_slug
where
    abs(coalesce(credits.credit, 0) - 1) > 1e-9
    or abs(coalesce(credits.credited_usd, 0) - coalesce(conversions.value_usd, 0)) > 1e-6
