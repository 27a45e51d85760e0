-- One row per word on an alert: how it stood when it was filed, seen again, told or closed.

with words as (
    select * from {{ operations_rows('alerts', {
        'alert_id': 'string', 'kind_slug': 'string', 'severity_type': 'string', 'dag_id': 'string',
        'subject_names': 'string', 'channel_names': 'string', 'opened_at': 'timestamp',
        'closed_at': 'timestamp', 'told_at': 'timestamp', 'is_silenced': 'boolean',
        'seen_count': 'bigint', 'failed_step_count': 'bigint', 'channel_count': 'bigint',
        'failed_channel_count': 'bigint', 'mart_count': 'bigint', 'reader_count': 'bigint'
    }) }} as recorded
),

final as (
    select
        alert_id,
        kind_slug,
        dag_id,
        subject_names,
        channel_names,
        opened_at,
        closed_at,
        told_at,
        cast(opened_at as date) as opened_on,
        severity_type,
        is_silenced,
        seen_count,
        failed_step_count,
        channel_count,
        failed_channel_count,
        mart_count,
        reader_count,
        _file as _pk,
        _file,
        told_at as _extracted_at,
        {{ build_id() }} as _build_id
    from words
)

select * from final
