-- One row per call, ticket or CRM ticket with the issue that it belongs to.

with contacts as (select * from {{ ref('int_issue_contacts') }}),
units as (select * from {{ ref('int_issue_units') }}),
parameters as (select * from {{ ref('issue_parameters') }}),

{# An issue ends when its customer is silent about its reason for long enough. The key breaks the
   tie of two units that begin in one second. #}
followed as (
    select
        units.*,
        max(case
            when units.contact_reason_type = 'uncoded' then {{ dbt.dateadd(
                'second', 'parameters.uncoded_within_seconds', 'units.last_at'
            ) }}
            else {{ dbt.dateadd('day', 'parameters.thread_within_days', 'units.last_at') }}
        end) over (
            partition by units.thread_key, units.contact_reason_type
            order by units.started_at, units.unit_key
            rows between unbounded preceding and 1 preceding
        ) as open_until_at
    from units
    cross join parameters
),

numbered as (
    select
        followed.*,
        sum(case when followed.started_at <= followed.open_until_at then 0 else 1 end) over (
            partition by followed.thread_key, followed.contact_reason_type
            order by followed.started_at, followed.unit_key
            rows between unbounded preceding and current row
        ) as issue_number
    from followed
),

named as (
    select
        numbered.unit_key,
        numbered.contact_reason_type,
        first_value(numbered.first_touchpoint_key) over (
            partition by numbered.thread_key, numbered.contact_reason_type, numbered.issue_number
            order by numbered.started_at, numbered.unit_key
            rows between unbounded preceding and unbounded following
        ) as first_touchpoint_key
    from numbered
),

final as (
    select
        {{ surrogate_key(["'issue'", 'named.first_touchpoint_key']) }} as issue_key,
        contacts.touchpoint_key,
        contacts.touchpoint_type,
        contacts.unit_key,
        contacts.customer_key,
        contacts.ticket_id,
        contacts.started_at,
        contacts.started_on,
        contacts.channel_slug,
        contacts.direction_type,
        named.contact_reason_type,
        contacts.is_first_line,
        contacts.is_handled
    from contacts
    inner join named on contacts.unit_key = named.unit_key
)

select * from final
