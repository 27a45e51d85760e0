-- Every incident and every promise of a team counts in one month, and none counts twice.

with scored as (
    select
        sum(incident_count) as incident_count,
        sum(missed_emergency_count) as missed_count,
        sum(false_alarm_count) as false_alarm_count,
        sum(kept_count + breached_count + open_count) as promise_count,
        sum(breached_count) as breached_count
    from {{ ref('agg_ola_scorecard_monthly') }}
),

incidents as (
    select
        count(*) as incident_count,
        count(case when is_missed_emergency then 1 end) as missed_count,
        count(case when is_false_alarm then 1 end) as false_alarm_count
    from {{ ref('fct_it_incidents') }}
    where team_id is not null
),

clocks as (
    select
        count(*) as promise_count,
        count(case when is_breached then 1 end) as breached_count
    from {{ ref('fct_sla_clocks') }}
    where source_slug = 'servicenow' and team_id is not null
)

select
    scored.incident_count,
    scored.promise_count
from scored
cross join incidents
cross join clocks
where
    coalesce(scored.incident_count, 0) <> incidents.incident_count
    or coalesce(scored.missed_count, 0) <> incidents.missed_count
    or coalesce(scored.false_alarm_count, 0) <> incidents.false_alarm_count
    or coalesce(scored.promise_count, 0) <> clocks.promise_count
    or coalesce(scored.breached_count, 0) <> clocks.breached_count
