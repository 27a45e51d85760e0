-- One row per alert.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='opened_on',
    meta={'touched_days': [
        'days_of_changed_rows', 'stg_operations__alerts', 'alert_id', 'opened_on'
    ]}
) }}

with words as (
    select * from {{ ref('stg_operations__alerts') }}
    {% if is_incremental() %}
    where
        opened_on in (
            {{ days_of_changed_rows('stg_operations__alerts', 'alert_id', 'opened_on') }}
        )
    {% endif %}
),

ranked as (
    {# Of two words of one moment the end is the later; the file's name breaks the last tie. #}
    select
        words.*,
        row_number() over (
            partition by words.alert_id
            order by
                words.told_at desc, words.closed_at desc nulls last, words.seen_count desc,
                words._file desc
        ) as recency_rank
    from words
),

final as (
    select
        ranked.alert_id,
        ranked.kind_slug,
        ranked.dag_id,
        ranked.opened_at,
        ranked.closed_at,
        ranked.opened_on,
        ranked.severity_type,
        ranked.closed_at is null as is_open,
        ranked.is_silenced,
        ranked.subject_names,
        nullif(ranked.channel_names, '') as channel_names,
        case
            when ranked.closed_at >= ranked.opened_at
                then
                    {{ epoch_seconds('ranked.closed_at') }}
                    - {{ epoch_seconds('ranked.opened_at') }}
        end as open_seconds,
        ranked.seen_count,
        ranked.failed_step_count,
        ranked.channel_count,
        ranked.failed_channel_count,
        ranked.mart_count,
        ranked.reader_count
    from ranked
    where ranked.recency_rank = 1
)

select * from final
