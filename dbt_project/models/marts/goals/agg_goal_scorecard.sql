-- One row per goal: the revision in force, else the last one, and how the metric stands against it.

with targets as (select * from {{ ref('int_goal_targets') }}),
results as (select * from {{ ref('int_goal_results') }}),

ranked as (
    select
        targets.*,
        row_number() over (
            partition by targets.goal_slug
            order by targets.is_in_force desc, cast(targets.revision as integer) desc
        ) as place,
        count(*) over (partition by targets.goal_slug) as revision_count
    from targets
),

compared as (
    select
        ranked.goal_slug,
        cast(ranked.revision as integer) as revision,
        ranked.metric_slug,
        ranked.segment_type,
        ranked.segment_slug,
        cast(ranked.starts_on as date) as starts_on,
        cast(ranked.ends_on as date) as ends_on,
        ranked.success_type,
        ranked.is_in_force,
        cast(ranked.ends_on as timestamp)
        <= {{ as_of() }}
        and not results.is_provisional as is_final,
        ranked.revision_count,
        cast(ranked.baseline_value as double) as baseline_value,
        cast(ranked.target_value as double) as target_value,
        results.value,
        results.margin_of_error,
        results.sample_count,
        case when ranked.success_type = 'at_least' then 1 else -1 end
        * (results.value - cast(ranked.target_value as double)) as lead_value,
        ranked.owner_name
    from ranked
    inner join results on ranked.goal_key = results.goal_key
    where ranked.place = 1
),

final as (
    select
        goal_slug,
        revision,
        metric_slug,
        segment_type,
        segment_slug,
        starts_on,
        ends_on,
        success_type,
        case
            when not is_in_force then 'void'
            when sample_count = 0 then 'no_data'
            when margin_of_error is null or abs(lead_value) <= margin_of_error then 'undecidable'
            when lead_value > 0 then 'met'
            else 'missed'
        end as verdict_type,
        is_final,
        revision_count,
        baseline_value,
        target_value,
        value,
        margin_of_error,
        lead_value,
        sample_count,
        owner_name
    from compared
)

select * from final
