-- One row per check of a gate: how grave it is, who answers for it, and what stands on it.

with check_results as (select * from {{ ref('stg_operations__check_results') }}),
dependents as (select * from {{ ref('int_suite_dependents') }}),

ranked as (
    select
        check_results.*,
        row_number() over (
            partition by check_results.suite_name, check_results.check_name
            order by check_results.checked_at desc, check_results.check_result_key desc
        ) as recency_rank
    from check_results
),

checks as (
    select
        ranked.suite_name,
        ranked.check_name,
        max(case when ranked.recency_rank = 1 then ranked.gate_type end) as gate_type,
        max(case when ranked.recency_rank = 1 then ranked.severity_type end) as severity_type,
        max(case when ranked.recency_rank = 1 then ranked.owner_slug end) as owner_slug,
        max(case when ranked.recency_rank = 1 then ranked.runbook_slug end) as runbook_slug,
        max(ranked.source_slug) as source_slug,
        max(ranked.stream_name) as stream_slug,
        max(ranked.checked_at) as last_checked_at,
        max(case when not ranked.is_success then ranked.checked_at end) as last_failed_at,
        count(*) as judged_count,
        count(case when not ranked.is_success then 1 end) as failed_count
    from ranked
    group by ranked.suite_name, ranked.check_name
),

final as (
    select
        checks.suite_name,
        checks.check_name,
        checks.source_slug,
        checks.stream_slug,
        checks.owner_slug,
        checks.runbook_slug,
        checks.last_checked_at,
        checks.last_failed_at,
        checks.gate_type,
        checks.severity_type,
        dependents.mart_names,
        dependents.reader_names,
        coalesce(dependents.mart_count, 0) as mart_count,
        checks.judged_count,
        checks.failed_count
    from checks
    left join dependents on checks.suite_name = dependents.suite_name
)

select * from final
