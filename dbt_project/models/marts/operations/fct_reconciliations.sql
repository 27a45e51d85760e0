-- One row per stream, interval and measure for which the source tells a total of its own.

with reconciliations as (select * from {{ ref('int_reconciliations') }}),

final as (
    select
        reconciliations.source_slug,
        reconciliations.stream_slug,
        reconciliations.measure_slug,
        reconciliations.interval_start_at,
        reconciliations.interval_end_at,
        reconciliations.is_reconciled,
        reconciliations.source_text,
        reconciliations.source_count,
        reconciliations.landed_count,
        reconciliations.gap_rate,
        reconciliations.tolerated_gap_rate
    from reconciliations
)

select * from final
