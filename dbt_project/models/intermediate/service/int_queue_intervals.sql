-- One row per queue and quarter of an hour: the desk's export, or the calls where no export came.

{{ config(materialized='view') }}

with exported as (
    select * from {{ ref('stg_files__acd_intervals') }}
    where not is_deleted
),

calls as (
    select * from {{ ref('int_calls') }}
    where is_offered and not is_deleted
),

limits as (select * from {{ ref('int_service_level_headline') }}),

quarters as (
    select
        calls.*,
        {{ queue_quarter('calls') }} as quarter_at
    from calls
),

{# The telephone system tells no queue: a day without an export has one, the unknown queue. #}
counted as (
    select
        'unknown' as queue_slug,
        quarters.quarter_at as started_at,
        cast(quarters.quarter_at as date) as started_on,
        count(*) as offered_count,
        count(case when quarters.is_answered then 1 end) as answered_count,
        count(case
            when quarters.is_answered and quarters.queue_seconds <= limits.answer_within_seconds
                then 1
        end) as answered_in_target_count,
        count(case when quarters.is_abandoned then 1 end) as abandoned_count,
        count(case
            when quarters.is_abandoned and quarters.queue_seconds <= limits.short_abandon_seconds
                then 1
        end) as short_abandoned_count,
        coalesce(sum(case when quarters.is_answered then quarters.queue_seconds end), 0)
            as answered_wait_seconds,
        coalesce(sum(case when quarters.is_abandoned then quarters.queue_seconds end), 0)
            as abandoned_wait_seconds,
        max(quarters._build_id) as _build_id
    from quarters
    cross join limits
    where cast(quarters.quarter_at as date) not in (select exported.started_on from exported)
    group by quarters.quarter_at
),

unioned as (
    select
        'files' as source_slug,
        lower(exported.queue_name) as queue_slug,
        exported.started_at,
        exported.started_on,
        exported.offered_count,
        exported.answered_count,
        exported.answered_in_target_count,
        exported.abandoned_count,
        exported.short_abandoned_count,
        round(coalesce(exported.mean_answered_wait_seconds, 0) * exported.answered_count)
            as answered_wait_seconds,
        round(coalesce(exported.mean_abandoned_wait_seconds, 0) * exported.abandoned_count)
            as abandoned_wait_seconds,
        exported._build_id
    from exported
    union all
    select
        'zendesk' as source_slug,
        counted.*
    from counted
),

final as (
    select
        {{ surrogate_key(['unioned.queue_slug', 'unioned.started_at']) }} as queue_interval_key,
        unioned.*
    from unioned
)

select * from final
