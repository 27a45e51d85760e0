-- The company praises itself: its own posts would lift the sentiment.

with mentions as (
    select * from {{ ref('fct_mentions') }}
),

own_accounts as (
    select distinct {{ identifier_key("'x_user_id'", 'author_id') }} as identifier_key
    from {{ ref('stg_x__own_posts') }}
)

select mentions.post_id
from mentions
where mentions.identifier_key in (select own_accounts.identifier_key from own_accounts)
