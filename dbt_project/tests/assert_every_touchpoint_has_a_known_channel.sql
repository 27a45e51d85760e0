-- A new word for a channel at a vendor falls to `unknown` and would vanish from every split by
-- channel. The way out is a line in seeds/channel_mappings.csv.

with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

channels as (
    select * from {{ ref('dim_channels') }}
)

select
    touchpoints.source_slug,
    touchpoints.touchpoint_type,
    touchpoints.channel_slug,
    count(*) as touchpoint_count
from touchpoints
left join channels on touchpoints.channel_slug = channels.channel_slug
where channels.channel_slug is null or touchpoints.channel_slug = 'unknown'
group by touchpoints.source_slug, touchpoints.touchpoint_type, touchpoints.channel_slug
