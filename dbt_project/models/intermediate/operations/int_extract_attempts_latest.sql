-- One row per stream: its last attempt, and how many failed since the last success.

{{ config(materialized='view') }}

with extract_attempts as (select * from {{ ref('stg_operations__extract_attempts') }}),

{# A deferred or skipped attempt is neither: it neither breaks a row of failures nor adds to it. #}
ranked as (
    select
        extract_attempts.*,
        row_number() over (
            partition by extract_attempts.source_slug, extract_attempts.stream_name
            order by extract_attempts.started_at desc, extract_attempts.attempt_id desc
        ) as recency_rank,
        max(
            case
                when extract_attempts.outcome_type = 'success' then extract_attempts.started_at
            end
        ) over (
            partition by extract_attempts.source_slug, extract_attempts.stream_name
        ) as last_success_at
    from extract_attempts
),

final as (
    select
        ranked.source_slug,
        ranked.stream_name as stream_slug,
        max(case when ranked.recency_rank = 1 then ranked.started_at end) as last_attempt_at,
        max(case when ranked.recency_rank = 1 then ranked.outcome_type end)
            as last_attempt_outcome_type,
        max(ranked.last_success_at) as last_success_at,
        count(
            case
                when
                    ranked.outcome_type in ('failed', 'refused')
                    and coalesce(ranked.started_at > ranked.last_success_at, true)
                    then 1
            end
        ) as failed_since_success_count
    from ranked
    group by ranked.source_slug, ranked.stream_name
)

select * from final
