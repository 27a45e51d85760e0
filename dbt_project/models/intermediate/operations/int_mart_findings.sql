-- One row per mart and thing that lowers the trust in it, with the grade that it leaves.

with streams as (select * from {{ ref('int_mart_streams') }}),
stream_measures as (select * from {{ ref('int_stream_measures') }}),
checks as (select * from {{ ref('int_checks_latest') }}),
rules as (select * from {{ ref('trust_rules') }}),

mart_warnings as (
    select
        replace(checks.suite_name, 'marts.', '') as mart_name,
        count(*) as warning_count
    from checks
    where
        checks.gate_type = 'marts'
        and checks.severity_type = 'warn'
        and not checks.is_success
    group by checks.suite_name
),

measures as (
    select
        streams.mart_name,
        stream_measures.source_slug || '.' || stream_measures.stream_slug as subject_name,
        stream_measures.measure_slug,
        stream_measures.measure_value,
        stream_measures.measure_text
    from stream_measures
    inner join streams
        on
            stream_measures.source_slug = streams.source_slug
            and stream_measures.stream_slug = streams.stream_slug
    union all
    select
        mart_warnings.mart_name,
        mart_warnings.mart_name as subject_name,
        'mart_warning_count' as measure_slug,
        cast(mart_warnings.warning_count as double) as measure_value,
        {{ whole('mart_warnings.warning_count') }} || ' when it was last judged' as measure_text
    from mart_warnings
),

graded as (
    select
        measures.*,
        rules.trust_grade,
        rules.reason_text,
        row_number() over (
            partition by measures.mart_name, measures.subject_name, measures.measure_slug
            order by rules.trust_grade desc
        ) as severity_rank
    from measures
    inner join rules
        on
            measures.measure_slug = rules.measure_slug
            and measures.measure_value >= rules.at_least
),

final as (
    select
        graded.mart_name,
        graded.subject_name,
        graded.measure_slug,
        graded.measure_value,
        graded.trust_grade,
        graded.subject_name || ' ' || graded.reason_text || ': ' || graded.measure_text
            as finding_text
    from graded
    where graded.severity_rank = 1
)

select * from final
