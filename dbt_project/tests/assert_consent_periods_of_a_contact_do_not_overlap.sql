-- At any moment a contact has said one thing about a kind of messages.

with periods as (
    select
        *,
        lead(started_at) over (
            partition by contact_id, subscription_id, business_unit_id order by started_at
        ) as next_started_at
    from {{ ref('fct_consent_periods') }}
)

select
    contact_id,
    subscription_id,
    started_at
from periods
where
    ended_at <= started_at
    or is_current <> (next_started_at is null)
    or ended_at <> next_started_at
    or (ended_at is null) <> (next_started_at is null)
    or (is_permitted and (status_type <> 'granted' or basis_type is null))
