-- A check that is counted twice makes a gate look stricter, and a failure look like two.

with check_results as (
    select * from {{ ref('fct_check_results') }}
)

select
    check_results.gate_type,
    check_results.suite_name,
    check_results.check_name,
    check_results.file_path,
    check_results.checked_at,
    count(*) as judged_count
from check_results
group by
    check_results.gate_type,
    check_results.suite_name,
    check_results.check_name,
    check_results.file_path,
    check_results.checked_at
having count(*) <> 1
