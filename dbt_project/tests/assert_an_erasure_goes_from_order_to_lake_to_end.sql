-- An erasure is ordered, then carried out in the lake, then finished; it rests on files it names.

with receipts as (
    select * from {{ ref('fct_erasure_receipts') }}
),

final as (
    select receipts.erasure_id
    from receipts
    where
        receipts.lake_erased_at < receipts.ordered_at
        or receipts.finished_at < receipts.lake_erased_at
        or (receipts.finished_at is not null and receipts.lake_erased_at is null)
        or (receipts.file_count = 0 and receipts.removed_row_count + receipts.changed_row_count > 0)
        or receipts.is_finished <> (receipts.open_seconds is not null)
)

select * from final
