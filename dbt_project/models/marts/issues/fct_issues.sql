-- One row per issue: what one customer wanted of the company, over all channels.

{# Made anew in every build: when two customers turn out to be one, issues of any age may join, and
   no day tells which. The whole of it is small: contacts, not page views. #}

with issues as (select * from {{ ref('int_issues') }}),

final as (
    select
        issues.issue_key,
        issues.customer_key,
        issues.first_touchpoint_key,
        issues.begun_at,
        issues.first_contact_at,
        issues.last_touched_at,
        issues.begun_on,
        issues.first_contact_on,
        issues.contact_reason_type,
        issues.first_channel_slug,
        issues.is_first_line,
        issues.is_censored,
        issues.was_solved_as_asked,
        issues.was_solved_as_coded,
        issues.was_solved_without_repeat,
        issues.touchpoint_count,
        issues.contact_count,
        issues.repeat_contact_count,
        issues.channel_count
    from issues
)

select * from final
