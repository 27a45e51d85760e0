-- A stream that drops out of the watch is late without anybody knowing.

with promises as (
    select * from {{ ref('freshness_promises') }}
),

freshness as (
    select * from {{ ref('agg_freshness') }}
),

counted as (
    select
        coalesce(promises.source_slug, freshness.source_slug) as source_slug,
        coalesce(promises.stream_slug, freshness.stream_slug) as stream_slug,
        count(promises.stream_slug) as promised_count,
        count(freshness.stream_slug) as measured_count
    from promises
    full outer join freshness
        on
            promises.source_slug = freshness.source_slug
            and promises.stream_slug = freshness.stream_slug
    group by
        coalesce(promises.source_slug, freshness.source_slug),
        coalesce(promises.stream_slug, freshness.stream_slug)
)

select * from counted
where promised_count <> 1 or measured_count <> 1
