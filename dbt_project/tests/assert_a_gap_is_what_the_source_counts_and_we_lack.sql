-- A gap that does not follow from the two counts is a number without a source.

with reconciliations as (
    select * from {{ ref('fct_reconciliations') }}
)

select
    reconciliations.source_slug,
    reconciliations.stream_slug,
    reconciliations.measure_slug,
    reconciliations.interval_start_at
from reconciliations
where
    abs(
        reconciliations.gap_rate * reconciliations.source_count
        - greatest(reconciliations.source_count - reconciliations.landed_count, 0)
    ) > 1e-6 * greatest(reconciliations.source_count, 1)
    or reconciliations.is_reconciled
    <> (reconciliations.gap_rate <= reconciliations.tolerated_gap_rate)
