-- A text without a score leaves the sentiment without a trace: the number would speak for fewer
-- people than it says. A warning, because the gap is a finding of the scoring step and not a fault
-- of the mart.
{{ config(severity='warn') }}

with mentions as (
    select * from {{ ref('fct_mentions') }}
)

select
    mentions.created_on,
    count(*) as unscored_count
from mentions
where mentions.sentiment_type is null
group by mentions.created_on
