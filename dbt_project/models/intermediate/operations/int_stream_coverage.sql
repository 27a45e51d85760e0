-- One row per stream that landed: the last days that an accepted interval covers, of those owed.

{# A stream owes every day from the first that it ever gave. A day counts as covered when
   one interval holds it whole. #}
with accepted_files as (select * from {{ ref('stg_operations__accepted_files') }}),

days as (
    select calendar.day as covered_on
    from {{ days_between(
        dbt.dateadd('day', '-' ~ var('coverage_days'), 'cast(' ~ as_of() ~ ' as date)'),
        dbt.dateadd('day', -1, 'cast(' ~ as_of() ~ ' as date)')
    ) }} as calendar
),

streams as (
    select
        accepted_files.source_slug,
        accepted_files.stream_slug,
        min(cast(accepted_files.interval_start_at as date)) as first_on
    from accepted_files
    group by accepted_files.source_slug, accepted_files.stream_slug
),

owed as (
    select
        streams.source_slug,
        streams.stream_slug,
        cast(days.covered_on as timestamp) as day_start_at,
        cast({{ dbt.dateadd('day', 1, 'days.covered_on') }} as timestamp) as day_end_at
    from streams
    inner join days on streams.first_on <= days.covered_on
),

judged as (
    select
        owed.source_slug,
        owed.stream_slug,
        owed.day_start_at,
        max(case when accepted_files.file_path is null then 0 else 1 end) as covered
    from owed
    left join accepted_files
        on
            owed.source_slug = accepted_files.source_slug
            and owed.stream_slug = accepted_files.stream_slug
            and owed.day_start_at >= accepted_files.interval_start_at
            and owed.day_end_at <= accepted_files.interval_end_at
    group by owed.source_slug, owed.stream_slug, owed.day_start_at
),

final as (
    select
        judged.source_slug,
        judged.stream_slug,
        count(*) as owed_day_count,
        cast(sum(judged.covered) as bigint) as covered_day_count
    from judged
    group by judged.source_slug, judged.stream_slug
)

select * from final
