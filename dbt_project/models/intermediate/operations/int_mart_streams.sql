-- One row per mart and stream of the lake that it stands on, over all steps between them.

{{ config(materialized='view') }}

with final as (
    select
        known.mart_name,
        known.source_slug,
        known.stream_slug
    from {{ rows_of(streams_of_marts(), ['mart_name', 'source_slug', 'stream_slug']) }} as known
)

select * from final
