-- One row per post found by the brand search: its newest version.

with decoded as (
    select
        landed.*,
        {{ decode_json('landed._payload', x_post_structure()) }} as record
    from {{ landed_rows('x', 'search_posts') }} as landed
),

final as (
    {{ x_post_columns('decoded') }}
)

select * from final
