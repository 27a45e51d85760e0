-- The catalogue of checks counts what the results hold, and knows who answers.

with check_results as (
    select * from {{ ref('fct_check_results') }}
),

checks as (
    select * from {{ ref('dim_checks') }}
),

counted as (
    select
        check_results.suite_name,
        check_results.check_name,
        count(*) as judged_count,
        count(case when not check_results.is_success then 1 end) as failed_count
    from check_results
    group by check_results.suite_name, check_results.check_name
)

select
    counted.suite_name,
    counted.check_name
from counted
full join checks
    on
        counted.suite_name = checks.suite_name
        and counted.check_name = checks.check_name
where
    coalesce(counted.judged_count, 0) <> coalesce(checks.judged_count, 0)
    or coalesce(counted.failed_count, 0) <> coalesce(checks.failed_count, 0)
