-- One row per promised stream of a source in use: how far it came, what is missing.

with freshness as (select * from {{ ref('int_stream_freshness') }}),
coverage as (select * from {{ ref('int_stream_coverage') }}),
records as (select * from {{ ref('int_records_latest') }}),
attempts as (select * from {{ ref('int_extract_attempts_latest') }}),

final as (
    select
        freshness.source_slug,
        freshness.stream_slug,
        {{ as_of() }} as as_of_at,
        freshness.last_interval_end_at,
        records.last_record_at,
        attempts.last_attempt_at,
        attempts.last_attempt_outcome_type,
        freshness.is_late,
        freshness.promised_hours,
        freshness.behind_hours,
        coalesce(attempts.failed_since_success_count, 0) as failed_since_success_count,
        coalesce(coverage.owed_day_count, 0) as owed_day_count,
        coalesce(coverage.covered_day_count, 0) as covered_day_count,
        cast(coverage.covered_day_count as double) / nullif(coverage.owed_day_count, 0)
            as coverage_rate
    from freshness
    left join coverage
        on
            freshness.source_slug = coverage.source_slug
            and freshness.stream_slug = coverage.stream_slug
    left join records
        on
            freshness.source_slug = records.source_slug
            and freshness.stream_slug = records.stream_slug
    left join attempts
        on
            freshness.source_slug = attempts.source_slug
            and freshness.stream_slug = attempts.stream_slug
)

select * from final
