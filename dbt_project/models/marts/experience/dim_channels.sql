-- One row per channel on which customer and company meet, `unknown` among them.

with channels as (select * from {{ ref('channels') }}),

final as (
    select
        channels.channel_slug,
        channels.channel_name,
        channels.medium_type,
        channels.is_voice,
        channels.is_live
    from channels
)

select * from final
