-- One row per team of the IT desk and month.

with clocks as (
    select * from {{ ref('int_sla_clocks_measured') }}
    where source_slug = 'servicenow' and team_id is not null
),

incidents as (
    select * from {{ ref('int_it_incidents') }}
    where team_id is not null
),

verdicts as (select * from {{ ref('int_incident_verdicts') }}),
teams as (select * from {{ ref('stg_servicenow__sys_user_group') }}),

{# A promise belongs to the month in which it was given; one that runs in time is undecided. #}
kept as (
    select
        clocks.team_id,
        cast({{ dbt.date_trunc('month', 'clocks.opened_on') }} as date) as scored_month,
        count(case when not clocks.is_open and not clocks.is_breached then 1 end) as kept_count,
        count(case when clocks.is_breached then 1 end) as breached_count,
        count(case when clocks.is_open and not clocks.is_breached then 1 end) as open_count,
        avg(
            case
                when clocks.is_breached then 0.0
                when not clocks.is_open then 1.0
            end
        ) as attainment_rate
    from clocks
    group by clocks.team_id, cast({{ dbt.date_trunc('month', 'clocks.opened_on') }} as date)
),

handled as (
    select
        incidents.team_id,
        cast({{ dbt.date_trunc('month', 'incidents.opened_on') }} as date) as scored_month,
        count(*) as incident_count,
        count(case when incidents.is_declared_emergency then 1 end) as declared_count,
        count(case when verdicts.verdict_type = 'missed' then 1 end) as missed_count,
        count(case when verdicts.verdict_type = 'suspected' then 1 end) as suspected_count,
        count(case when verdicts.verdict_type = 'false_alarm' then 1 end) as false_alarm_count,
        avg(
            {{ epoch_seconds('incidents.acknowledged_at') }}
            - {{ epoch_seconds('incidents.detected_at') }}
        ) / 60.0 as acknowledge_minutes,
        avg(
            {{ epoch_seconds('incidents.resolved_at') }}
            - {{ epoch_seconds('incidents.detected_at') }}
        ) / 60.0 as resolve_minutes
    from incidents
    left join verdicts on incidents.incident_id = verdicts.incident_id
    group by
        incidents.team_id,
        cast({{ dbt.date_trunc('month', 'incidents.opened_on') }} as date)
),

final as (
    select
        coalesce(kept.team_id, handled.team_id) as team_id,
        coalesce(teams.group_name, 'unknown') as team_name,
        coalesce(kept.scored_month, handled.scored_month) as scored_month,
        coalesce(kept.kept_count, 0) as kept_count,
        coalesce(kept.breached_count, 0) as breached_count,
        coalesce(kept.open_count, 0) as open_count,
        kept.attainment_rate,
        coalesce(handled.incident_count, 0) as incident_count,
        coalesce(handled.declared_count, 0) as declared_emergency_count,
        coalesce(handled.missed_count, 0) as missed_emergency_count,
        coalesce(handled.suspected_count, 0) as suspected_emergency_count,
        coalesce(handled.false_alarm_count, 0) as false_alarm_count,
        handled.acknowledge_minutes as mean_time_to_acknowledge_minutes,
        handled.resolve_minutes as mean_time_to_resolve_minutes
    from kept
    full outer join handled
        on kept.team_id = handled.team_id and kept.scored_month = handled.scored_month
    left join teams on coalesce(kept.team_id, handled.team_id) = teams.group_id
)

select * from final
