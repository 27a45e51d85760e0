-- Risk is told of every post of the brand; parts are not more than their whole.

select coalesce(risks.post_id, posts.post_id) as post_id
from {{ ref('agg_brand_post_risk') }} as risks
full outer join {{ ref('fct_brand_posts') }} as posts
    on risks.post_id = posts.post_id and risks.source_slug = posts.source_slug
where
    risks.post_id is null
    or posts.post_id is null
    or risks.negative_count > risks.answer_count
    or risks.early_answer_count > risks.answer_count
    or risks.early_negative_count > least(risks.early_answer_count, risks.negative_count)
