-- What the company wrote is either a post of the brand or a reply of its care, and counts once. A
-- retweet is neither: its words are somebody else's.

with own_posts as (
    select
        'x' as source_slug,
        post_id
    from {{ ref('stg_x__own_posts') }}
    where coalesce(reference_type, 'none') <> 'retweeted'
    union all
    select
        'bluesky' as source_slug,
        post_id
    from {{ ref('stg_bluesky__own_posts') }}
    union all
    select
        'facebook' as source_slug,
        post_id
    from {{ ref('stg_facebook__published_posts') }}
),

told as (
    select
        source_slug,
        post_id
    from {{ ref('fct_brand_posts') }}
    where source_slug <> 'files'
    union all
    select
        source_slug,
        source_record_id as post_id
    from {{ ref('int_brand_replies') }}
    where source_slug <> 'facebook'
),

counted as (
    select
        told.source_slug,
        told.post_id,
        count(*) as told_count
    from told
    group by told.source_slug, told.post_id
)

select
    coalesce(own_posts.source_slug, counted.source_slug) as source_slug,
    coalesce(own_posts.post_id, counted.post_id) as post_id
from own_posts
full outer join counted
    on own_posts.source_slug = counted.source_slug and own_posts.post_id = counted.post_id
where own_posts.post_id is null or counted.post_id is null or counted.told_count <> 1
