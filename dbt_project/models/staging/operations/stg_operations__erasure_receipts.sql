-- One row per erasure of a person, and how far it was carried out.

{# Read anew by each build: a receipt changes until its erasure is finished. #}
{{ config(materialized='table') }}

with receipts as (
    {%- do source('operations', 'erasure_receipts') %}
    select * from {{ rows_of_files(var('lake') ~ '/decisions/erasures/*.parquet', {
        'erasure_id': 'string', 'ordered_by': 'string', 'reason': 'string',
        'ordered_at': 'timestamp', 'lake_erased_at': 'timestamp', 'finished_at': 'timestamp',
        'release_id': 'string', 'identifier_count': 'bigint', 'stream_count': 'bigint',
        'file_count': 'bigint', 'removed_row_count': 'bigint', 'changed_row_count': 'bigint'
    }) }} as recorded
),

final as (
    select
        erasure_id,
        release_id,
        cast(ordered_at as timestamp) as ordered_at,
        cast(lake_erased_at as timestamp) as lake_erased_at,
        cast(finished_at as timestamp) as finished_at,
        ordered_by,
        reason,
        identifier_count,
        stream_count,
        file_count,
        removed_row_count,
        changed_row_count,
        erasure_id as _pk,
        cast(ordered_at as timestamp) as _extracted_at,
        {{ build_id() }} as _build_id
    from receipts
)

select * from final
