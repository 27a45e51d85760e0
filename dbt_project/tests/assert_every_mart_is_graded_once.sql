-- A mart without a grade is trusted blindly; the graph says which marts there are.

with marts as (
    select known.mart_name
    from {{ rows_of(names_of_marts(), ['mart_name']) }} as known
),

trust as (
    select * from {{ ref('agg_mart_trust') }}
)

select
    marts.mart_name,
    count(trust.mart_name) as graded_count
from marts
left join trust on marts.mart_name = trust.mart_name
group by marts.mart_name
having count(trust.mart_name) <> 1
union all
select
    trust.mart_name,
    trust.finding_count as graded_count
from trust
where (trust.trust_grade = 'A') <> (trust.finding_count = 0)
