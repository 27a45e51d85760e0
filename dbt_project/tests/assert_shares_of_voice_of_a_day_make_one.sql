-- A post that names two brands counts for both, so the shares of a day make one by construction.

select
    mentioned_on,
    sum(share_rate) as share_sum
from {{ ref('agg_share_of_voice_daily') }}
group by mentioned_on
having abs(sum(share_rate) - 1) > 1e-9 or sum(mention_count) <> max(all_mention_count)
