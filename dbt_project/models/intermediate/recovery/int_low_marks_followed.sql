-- One row per programme and low mark, with the care that it brought and the mark given after it.

with episodes as (select * from {{ ref('int_low_marks') }}),
marks as (select * from {{ ref('int_nps_marks') }}),
care_given as (select * from {{ ref('int_care_given') }}),

cared as (
    select
        episodes.programme_slug,
        episodes.touchpoint_key,
        min(care_given.cared_at) as cared_at
    from episodes
    inner join care_given
        on
            episodes.customer_key = care_given.customer_key
            and episodes.programme_slug = care_given.programme_slug
            and episodes.marked_at <= care_given.cared_at
            and care_given.cared_at
            < {{ dbt.dateadd('day', 'episodes.care_within_days', 'episodes.marked_at') }}
    group by episodes.programme_slug, episodes.touchpoint_key
),

followed as (
    select
        episodes.programme_slug,
        episodes.touchpoint_key,
        min(marks.marked_at) as followed_at,
        {{ arg_min('marks.score', 'marks.marked_at') }} as follow_up_score,
        {{ arg_min('marks.is_low', 'marks.marked_at') }} as is_still_low
    from episodes
    inner join marks
        on
            episodes.customer_key = marks.customer_key
            and marks.marked_at
            >= {{ dbt.dateadd('day', 'episodes.follow_up_from_days', 'episodes.marked_at') }}
            and marks.marked_at
            <= {{ dbt.dateadd('day', 'episodes.follow_up_to_days', 'episodes.marked_at') }}
    group by episodes.programme_slug, episodes.touchpoint_key
),

final as (
    select
        episodes.programme_slug,
        episodes.touchpoint_key,
        episodes.customer_key,
        episodes.period_on,
        episodes.marked_at,
        cared.cared_at,
        followed.followed_at,
        episodes.is_called_first,
        episodes.has_recent_contact,
        cared.touchpoint_key is not null as is_cared,
        not followed.is_still_low as is_recovered,
        {% for moment in ['cared', 'followed'] %}
        (
            {{ epoch_seconds(moment ~ '.' ~ moment ~ '_at') }}
            - {{ epoch_seconds('episodes.marked_at') }}
        ) / {{ 24 * 60 * 60 }} as days_to_{{ 'care' if moment == 'cared' else 'answer' }},
        {% endfor %}
        episodes.score,
        followed.follow_up_score - episodes.score as score_change,
        episodes.follow_up_to_days
    from episodes
    left join cared
        on
            episodes.programme_slug = cared.programme_slug
            and episodes.touchpoint_key = cared.touchpoint_key
    left join followed
        on
            episodes.programme_slug = followed.programme_slug
            and episodes.touchpoint_key = followed.touchpoint_key
)

select * from final
