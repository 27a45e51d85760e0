-- One row per post that mentions the brand's account: its newest version.

with decoded as (
    select
        landed.*,
        {{ decode_json('landed._payload', x_post_structure()) }} as record
    from {{ landed_rows('x', 'mentions') }} as landed
),

final as (
    {{ x_post_columns('decoded') }}
)

select * from final
