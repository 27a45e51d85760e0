-- One row per person who was erased, without a word of who that was.

with receipts as (
    select * from {{ ref('stg_operations__erasure_receipts') }}
),

final as (
    select
        receipts.erasure_id,
        receipts.release_id,
        receipts.ordered_at,
        receipts.lake_erased_at,
        receipts.finished_at,
        receipts.finished_at is not null as is_finished,
        receipts.ordered_by,
        receipts.reason,
        {{ epoch_seconds('receipts.finished_at') }} - {{ epoch_seconds('receipts.ordered_at') }}
            as open_seconds,
        receipts.identifier_count,
        receipts.stream_count,
        receipts.file_count,
        receipts.removed_row_count,
        receipts.changed_row_count
    from receipts
)

select * from final
