-- The company praises itself: its own posts would lift the sentiment.

with mentions as (
    select * from {{ ref('fct_mentions') }}
),

own_posts as (
    select * from {{ ref('stg_x__own_posts') }}
)

select mentions.post_id
from mentions
where mentions.author_id in (select own_posts.author_id from own_posts)
