-- One row per stream, interval and measure for which the source tells a total of its own, judged.

{# More than the source counts is no gap: records may have come meanwhile. #}
with source_totals as (select * from {{ ref('int_source_totals') }}),
tolerances as (select * from {{ ref('reconciliation_tolerances') }}),

measured as (
    select
        source_totals.source_slug,
        source_totals.stream_slug,
        source_totals.measure_slug,
        source_totals.interval_start_at,
        source_totals.interval_end_at,
        source_totals.source_count,
        source_totals.landed_count,
        tolerances.source_text,
        coalesce(tolerances.tolerated_gap_rate, 0) as tolerated_gap_rate,
        greatest(
            cast(source_totals.source_count - source_totals.landed_count as double)
            / nullif(source_totals.source_count, 0),
            0
        ) as gap_rate
    from source_totals
    left join tolerances
        on
            source_totals.source_slug = tolerances.source_slug
            and source_totals.stream_slug = tolerances.stream_slug
            and source_totals.measure_slug = tolerances.measure_slug
),

final as (
    select
        measured.*,
        measured.gap_rate <= measured.tolerated_gap_rate as is_reconciled
    from measured
)

select * from final
