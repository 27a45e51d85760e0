-- A stream that drops out of the watch is late without anybody knowing.

with promises as (
    select * from {{ ref('freshness_promises') }}
),

accepted_files as (
    select * from {{ ref('stg_operations__accepted_files') }}
),

freshness as (
    select * from {{ ref('agg_freshness') }}
),

landed as (
    select distinct
        accepted_files.source_slug,
        accepted_files.stream_slug
    from accepted_files
),

expected as (
    select
        promises.source_slug,
        promises.stream_slug
    from promises
    where promises.source_slug in (select landed.source_slug from landed)
    -- Not union all: a stream that is promised and landed is expected once.
    union
    select
        landed.source_slug,
        landed.stream_slug
    from landed
),

counted as (
    select
        expected.source_slug,
        expected.stream_slug,
        count(freshness.stream_slug) as measured_count
    from expected
    left join freshness
        on
            expected.source_slug = freshness.source_slug
            and expected.stream_slug = freshness.stream_slug
    group by expected.source_slug, expected.stream_slug
)

select * from counted
where measured_count <> 1
