-- One row per post of the brand itself: its newest version.

with decoded as (
    select
        landed.*,
        {{ decode_json('landed._payload', x_post_structure()) }} as record
    from {{ landed_rows('x', 'own_posts') }} as landed
),

final as (
    {{ x_post_columns('decoded') }}
)

select * from final
