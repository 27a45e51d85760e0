-- One row per ticket with its calls, or contact without a ticket: whose it is, what it is about.

{{ config(materialized='view') }}

with contacts as (select * from {{ ref('int_issue_contacts') }}),
parameters as (select * from {{ ref('issue_parameters') }}),

units as (
    select
        contacts.unit_key,
        {# Nobody knows who they are: such a contact follows from none. #}
        coalesce(
            min(case when contacts.customer_key <> 'unknown' then contacts.customer_key end),
            contacts.unit_key
        ) as thread_key,
        min(contacts.contact_reason_type) as contact_reason_type,
        min(contacts.started_at) as started_at,
        max(contacts.started_at) as last_at,
        {{ arg_min('contacts.touchpoint_key', 'contacts.started_at') }} as first_touchpoint_key
    from contacts
    group by contacts.unit_key
),

{# A contact without a reason takes that of the customer's nearest one, if that is near enough. #}
neighbours as (
    select
        units.unit_key,
        coded.contact_reason_type,
        row_number() over (
            partition by units.unit_key
            order by
                abs(
                    {{ epoch_seconds('units.started_at') }}
                    - {{ epoch_seconds('coded.started_at') }}
                ),
                coded.unit_key
        ) as distance_rank
    from units
    inner join units as coded
        on units.thread_key = coded.thread_key and units.unit_key <> coded.unit_key
    cross join parameters
    where
        units.contact_reason_type is null
        and coded.contact_reason_type is not null
        and abs({{ epoch_seconds('units.started_at') }} - {{ epoch_seconds('coded.started_at') }})
        <= parameters.uncoded_within_seconds
),

final as (
    select
        units.unit_key,
        units.thread_key,
        units.first_touchpoint_key,
        units.started_at,
        units.last_at,
        coalesce(units.contact_reason_type, neighbours.contact_reason_type, 'uncoded')
            as contact_reason_type
    from units
    left join neighbours
        on units.unit_key = neighbours.unit_key and neighbours.distance_rank = 1
)

select * from final
