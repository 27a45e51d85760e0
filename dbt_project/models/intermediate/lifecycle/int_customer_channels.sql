-- One row per customer who was ever in touch: on how many channels, and on which most.

with touchpoints as (
    select * from {{ ref('int_touchpoints_unioned') }}
    where not is_deleted and started_at < {{ as_of() }}
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

counted as (
    select
        resolution.customer_key,
        touchpoints.channel_slug,
        count(*) as touchpoint_count,
        max(touchpoints.started_at) as last_touchpoint_at
    from touchpoints
    inner join resolution on touchpoints.identifier_key = resolution.identifier_key
    group by resolution.customer_key, touchpoints.channel_slug
),

ranked as (
    select
        *,
        row_number() over (
            -- The slug settles two channels used equally often.
            partition by customer_key order by touchpoint_count desc, channel_slug asc
        ) as channel_rank
    from counted
),

final as (
    select
        customer_key,
        min(case when channel_rank = 1 then channel_slug end) as preferred_channel_slug,
        count(*) as channel_count,
        cast(sum(touchpoint_count) as bigint) as touchpoint_count,
        max(last_touchpoint_at) as last_touchpoint_at
    from ranked
    group by customer_key
)

select * from final
