-- Every promise that the IT desk shows, and every promise on a ticket, is a clock: a schedule that
-- no seed knows would drop it without a word.

with promises as (
    select
        'servicenow' as source_slug,
        count(*) as promise_count
    from {{ ref('stg_servicenow__task_sla') }}
    where not is_deleted and started_at is not null
    union all
    select
        'zendesk' as source_slug,
        count(distinct events.ticket_id) as promise_count
    from {{ ref('stg_zendesk__ticket_metric_events') }} as events
    inner join {{ ref('stg_zendesk__tickets') }} as tickets on events.ticket_id = tickets.ticket_id
    where
        events.event_type = 'apply_sla'
        and not events.is_withdrawn and not events.is_deleted and not tickets.is_deleted
),

clocks as (
    select
        source_slug,
        count(distinct object_id) as object_count,
        count(distinct instance_id) as run_count
    from {{ ref('fct_sla_clocks') }}
    group by source_slug
)

select
    promises.source_slug,
    promises.promise_count,
    clocks.object_count,
    clocks.run_count
from promises
left join clocks on promises.source_slug = clocks.source_slug
where
    promises.promise_count <> coalesce(
        case
            when promises.source_slug = 'zendesk' then clocks.object_count else clocks.run_count
        end,
        0
    )
