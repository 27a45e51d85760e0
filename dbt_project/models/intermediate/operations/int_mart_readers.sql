-- One row per mart and reader that an exposure declares.

{{ config(materialized='view') }}

with final as (
    select
        known.mart_name,
        known.reader_name,
        known.reader_owner_name
    from {{ rows_of(
        readers_of_marts(), ['mart_name', 'reader_name', 'reader_owner_name']
    ) }} as known
)

select * from final
