-- One row per account of the brand and day, with its counters as they were read.

{{ config(materialized='view') }}

with x_posts as (
    select * from {{ ref('stg_x__own_posts') }}
    where not is_deleted and author_followers_count is not null
),

bluesky_profiles as (
    select * from {{ ref('stg_bluesky__profile') }}
    where not is_deleted
),

facebook_pages as (
    select * from {{ ref('stg_facebook__page_counters') }}
    where not is_deleted
),

insights as (
    select
        report_on,
        metric_code,
        metric_value,
        case when is_available then 'read' else 'withdrawn' end as status_type
    from {{ ref('stg_facebook__page_insights') }}
    where not is_deleted
),

{# X tells the followers with each own post: those of the day's last reading. #}
x_followers as (
    select
        author_id as account_id,
        created_on as snapshot_on,
        max(_extracted_at) as snapshot_at,
        max(author_followers_count) as follower_count
    from x_posts
    group by author_id, created_on
),

{# Withdrawn and read are what the network says; that a day has no row is seen by the join below. #}
insights_daily as (
    select
        report_on,
        max(case when metric_code = 'page_media_view' then metric_value end)
            as view_count,
        max(case when metric_code = 'page_media_view' then status_type end)
            as view_status_type,
        max(case when metric_code = 'page_total_media_view_unique' then metric_value end)
            as reach_count,
        max(case when metric_code = 'page_total_media_view_unique' then status_type end)
            as reach_status_type,
        max(case when metric_code = 'page_post_engagements' then metric_value end)
            as engagement_count,
        max(case when metric_code = 'page_post_engagements' then status_type end)
            as engagement_status_type
    from insights
    group by report_on
),

final as (
    select
        'x' as source_slug,
        account_id,
        snapshot_on,
        snapshot_at,
        follower_count,
        cast(null as bigint) as post_count,
        cast(null as double) as view_count,
        cast(null as double) as reach_count,
        cast(null as double) as engagement_count,
        'not_offered' as post_status_type,
        'not_offered' as view_status_type,
        'not_offered' as reach_status_type,
        'not_offered' as engagement_status_type
    from x_followers
    union all
    select
        'bluesky' as source_slug,
        account_id,
        snapshot_on,
        snapshot_at,
        follower_count,
        post_count,
        cast(null as double) as view_count,
        cast(null as double) as reach_count,
        cast(null as double) as engagement_count,
        'read' as post_status_type,
        'not_offered' as view_status_type,
        'not_offered' as reach_status_type,
        'not_offered' as engagement_status_type
    from bluesky_profiles
    union all
    select
        'facebook' as source_slug,
        facebook_pages.page_id as account_id,
        facebook_pages.snapshot_on,
        facebook_pages.snapshot_at,
        facebook_pages.follower_count,
        cast(null as bigint) as post_count,
        insights_daily.view_count,
        insights_daily.reach_count,
        insights_daily.engagement_count,
        'not_offered' as post_status_type,
        coalesce(insights_daily.view_status_type, 'not_read') as view_status_type,
        coalesce(insights_daily.reach_status_type, 'not_read') as reach_status_type,
        coalesce(insights_daily.engagement_status_type, 'not_read') as engagement_status_type
    from facebook_pages
    left join insights_daily on facebook_pages.snapshot_on = insights_daily.report_on
)

select * from final
