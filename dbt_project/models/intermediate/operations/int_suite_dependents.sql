-- One row per suite of checks: the marts that stand on what it judges, and who reads them.

{{ config(materialized='view') }}

with streams as (select * from {{ ref('int_mart_streams') }}),
readers as (select * from {{ ref('int_mart_readers') }}),

marts as (
    select known.mart_name
    from {{ rows_of(names_of_marts(), ['mart_name']) }} as known
),

{# The suite of a mart bears its name; that of the release judges all of them. #}
suites as (
    select
        'lake.' || streams.source_slug || '.' || streams.stream_slug as suite_name,
        streams.mart_name
    from streams
    union all
    select
        'marts.' || marts.mart_name as suite_name,
        marts.mart_name
    from marts
    union all
    select
        'marts.release' as suite_name,
        marts.mart_name
    from marts
),

marts_per_suite as (
    select
        suites.suite_name,
        count(*) as mart_count,
        {{ joined_texts('suites.mart_name', "', '", 'suites.mart_name') }} as mart_names
    from suites
    group by suites.suite_name
),

readers_of_suites as (
    select distinct
        suites.suite_name,
        readers.reader_name
    from suites
    inner join readers on suites.mart_name = readers.mart_name
),

readers_per_suite as (
    select
        readers_of_suites.suite_name,
        {{ joined_texts(
            'readers_of_suites.reader_name', "', '", 'readers_of_suites.reader_name'
        ) }} as reader_names
    from readers_of_suites
    group by readers_of_suites.suite_name
),

final as (
    select
        marts_per_suite.suite_name,
        marts_per_suite.mart_count,
        marts_per_suite.mart_names,
        readers_per_suite.reader_names
    from marts_per_suite
    left join readers_per_suite on marts_per_suite.suite_name = readers_per_suite.suite_name
)

select * from final
