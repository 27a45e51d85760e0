-- One row per stream in use and measure of how far it can be trusted, with the measure in words.

with freshness as (select * from {{ ref('int_stream_freshness') }}),
coverage as (select * from {{ ref('int_stream_coverage') }}),
checks as (select * from {{ ref('int_checks_latest') }}),
accepted_files as (select * from {{ ref('stg_operations__accepted_files') }}),
landed_files as (select * from {{ ref('stg_operations__landed_files') }}),

reconciliations as (
    select * from {{ ref('int_reconciliations') }}
    where not is_reconciled
),

recent_checks as (
    select checks.*
    from checks
    where
        checks.checked_at >= {{ trust_start() }}
        and checks.gate_type = 'lake'
        and not checks.is_success
),

judged as (
    select
        recent_checks.source_slug,
        recent_checks.stream_slug,
        count(distinct case
            when recent_checks.severity_type = 'refuse' then recent_checks.file_path
        end) as refused_file_count,
        count(case when recent_checks.severity_type = 'warn' then 1 end) as warning_count
    from recent_checks
    group by recent_checks.source_slug, recent_checks.stream_slug
),

held as (
    select
        accepted_files.source_slug,
        accepted_files.stream_slug,
        sum(landed_files.held_row_count) as held_row_count,
        sum(landed_files.row_count) as row_count
    from landed_files
    inner join accepted_files on landed_files.lake_path = accepted_files.lake_path
    where accepted_files.interval_end_at >= {{ trust_start() }}
    group by accepted_files.source_slug, accepted_files.stream_slug
),

gaps as (
    select
        reconciliations.source_slug,
        reconciliations.stream_slug,
        max(reconciliations.gap_rate - reconciliations.tolerated_gap_rate) as gap_rate,
        count(*) as gap_count
    from reconciliations
    where reconciliations.interval_end_at >= {{ trust_start() }}
    group by reconciliations.source_slug, reconciliations.stream_slug
),

final as (
    {{ stream_measure(
        'freshness', 'freshness_ratio', 'measured.behind_hours / measured.promised_hours',
        whole('measured.behind_hours') ~ " || ' h behind, promised are ' || "
        ~ whole('measured.promised_hours') ~ " || ' h'"
    ) }}
    union all
    {{ stream_measure(
        'freshness', 'never_landed', 'case when measured.behind_hours is null then 1 else 0 end',
        "'nothing of it was ever accepted'"
    ) }}
    union all
    {{ stream_measure(
        'coverage', 'uncovered_rate',
        '1 - cast(measured.covered_day_count as double) / measured.owed_day_count',
        whole('measured.owed_day_count - measured.covered_day_count') ~ " || ' of the last ' || "
        ~ whole('measured.owed_day_count') ~ " || ' days'"
    ) }}
    union all
    {{ stream_measure(
        'judged', 'refused_file_count', 'measured.refused_file_count',
        whole('measured.refused_file_count') ~ " || ' now'"
    ) }}
    union all
    {{ stream_measure(
        'judged', 'stream_warning_count', 'measured.warning_count',
        whole('measured.warning_count') ~ " || ' in the newest judgements'"
    ) }}
    union all
    {{ stream_measure(
        'held', 'held_rate', 'cast(measured.held_row_count as double) / nullif(measured.row_count, 0)',
        whole('measured.held_row_count') ~ " || ' of ' || " ~ whole('measured.row_count')
    ) }}
    union all
    {{ stream_measure(
        'gaps', 'unreconciled_rate', 'measured.gap_rate',
        whole('measured.gap_count') ~ " || ' totals are missed beyond what is tolerated'"
    ) }}
)

select * from final
