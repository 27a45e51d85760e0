-- The effect, its interval and the flag are one arithmetic; counts cannot be negative.

select
    incident_id,
    measure_slug
from {{ ref('agg_it_incident_impact') }}
where
    abs(effect_value - (observed_value - baseline_value)) > 1e-9
    or abs(effect_high - effect_low - 2 * margin_of_error) > 1e-9
    or is_distinguishable = (effect_low <= 0 and effect_high >= 0)
    or observed_value < 0
    or baseline_value < 0
