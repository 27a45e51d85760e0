-- One row per incident that may be an emergency and week: its own hours, and those of weeks before.

with incidents as (select * from {{ ref('int_it_incidents') }}),
calls as (select * from {{ ref('int_calls') }}),

known as (
    select cast(cast(min(calls.started_at) as date) as timestamp) as known_from
    from calls
),

{# A window ends some time after the incident, since people who could not get through come back. #}
own as (
    select
        incidents.incident_id,
        incidents.detected_at as starts_at,
        {{ dbt.dateadd('minute', var('impact_tail_minutes'), 'incidents.resolved_at') }} as ends_at,
        {{ dbt.dateadd('hour', var('impact_answer_hours'), 'incidents.resolved_at') }}
            as answers_end_at
    from incidents
    where
        incidents.is_considered
        and incidents.resolved_at <= {{ dbt.dateadd(
            'hour', var('impact_most_hours'), 'incidents.detected_at'
        ) }}
),

weeks as (
    {% for number in range(var('impact_weeks') + 1) %}
    select {{ number }} as weeks_back
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

windows as (
    select
        own.incident_id,
        weeks.weeks_back,
        {{ dbt.dateadd('day', '-7 * weeks.weeks_back', 'own.starts_at') }} as starts_at,
        {{ dbt.dateadd('day', '-7 * weeks.weeks_back', 'own.ends_at') }} as ends_at,
        {{ dbt.dateadd('day', '-7 * weeks.weeks_back', 'own.answers_end_at') }} as answers_end_at
    from own
    cross join weeks
),

{# Hours in or shortly after a declared emergency tell nothing of a usual week. #}
troubled as (
    select distinct
        windows.incident_id,
        windows.weeks_back
    from windows
    inner join incidents as emergencies
        on
            emergencies.is_declared_emergency
            and windows.answers_end_at > emergencies.detected_at
            and windows.starts_at < {{ dbt.dateadd(
                'hour',
                var('impact_washout_hours'),
                'coalesce(emergencies.resolved_at, ' ~ as_of() ~ ')'
            ) }}
    where windows.weeks_back > 0
),

final as (
    select
        windows.incident_id,
        windows.weeks_back,
        windows.starts_at,
        windows.ends_at,
        windows.answers_end_at
    from windows
    cross join known
    left join troubled
        on
            windows.incident_id = troubled.incident_id
            and windows.weeks_back = troubled.weeks_back
    where
        windows.starts_at >= known.known_from
        and windows.ends_at <= {{ as_of() }}
        and troubled.incident_id is null
)

select * from final
