-- One row per programme and low mark that begins an episode, with what care is chosen by.

with marks as (select * from {{ ref('int_nps_marks') }}),
care_programmes as (select * from {{ ref('care_programmes') }}),

touchpoints as (
    select * from {{ ref('int_touchpoints_unioned') }}
    where touchpoint_type in ('call', 'ticket') and not is_deleted
),

identifiers_resolved as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

contacts as (
    select
        identifiers_resolved.customer_key,
        touchpoints.started_at
    from touchpoints
    inner join identifiers_resolved
        on touchpoints.identifier_key = identifiers_resolved.identifier_key
),

{# A low mark soon after another one goes on with the same story: it begins no episode. #}
episodes as (
    select
        care_programmes.*,
        marks.touchpoint_key,
        marks.customer_key,
        marks.marked_at,
        marks.score
    from marks
    cross join care_programmes
    where
        marks.is_low
        and (
            marks.last_low_at is null
            or marks.marked_at
            > {{ dbt.dateadd('day', 'care_programmes.follow_up_to_days', 'marks.last_low_at') }}
        )
),

recent as (
    select distinct
        episodes.programme_slug,
        episodes.touchpoint_key
    from episodes
    inner join contacts
        on
            episodes.customer_key = contacts.customer_key
            and episodes.marked_at > contacts.started_at
            and contacts.started_at
            >= {{ dbt.dateadd('day', '-episodes.recent_contact_days', 'episodes.marked_at') }}
),

final as (
    select
        episodes.programme_slug,
        episodes.touchpoint_key,
        episodes.customer_key,
        episodes.marked_at,
        cast({{ dbt.date_trunc(var('survey_period'), 'episodes.marked_at') }} as date) as period_on,
        episodes.score <= episodes.called_first_to as is_called_first,
        recent.touchpoint_key is not null as has_recent_contact,
        episodes.score,
        episodes.care_within_days,
        episodes.follow_up_from_days,
        episodes.follow_up_to_days
    from episodes
    left join recent
        on
            episodes.programme_slug = recent.programme_slug
            and episodes.touchpoint_key = recent.touchpoint_key
)

select * from final
