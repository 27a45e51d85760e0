-- A text has exactly one topic: the topics of a channel and day hold each of its texts once, and of
-- them no more are positive or negative than were scored.
with written as (
    select
        channel_slug,
        written_on,
        count(*) as text_count
    from {{ ref('int_texts_written') }}
    where written_on < cast({{ as_of() }} as date)
    group by channel_slug, written_on
),

topics as (
    select
        channel_slug,
        written_on,
        sum(text_count) as text_count,
        sum(scored_count) as scored_count,
        sum(positive_count) + sum(negative_count) as leaning_count
    from {{ ref('agg_topics_daily') }}
    group by channel_slug, written_on
)

select
    topics.channel_slug,
    topics.written_on,
    topics.text_count,
    written.text_count as written_count
from topics
full outer join written
    on
        topics.channel_slug = written.channel_slug
        and topics.written_on = written.written_on
where
    coalesce(topics.text_count, 0) <> coalesce(written.text_count, 0)
    or topics.scored_count > topics.text_count
    or topics.leaning_count > topics.scored_count
