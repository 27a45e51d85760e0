-- Nobody is in an audience whose purpose they do not permit at the moment that decides, on any
-- of the contacts that are theirs.

with audiences as (
    select * from {{ ref('audiences') }}
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
),

members as (
    select
        members.*,
        audiences.purpose_slug
    from {{ ref('agg_audience_members') }} as members
    left join audiences on members.audience_slug = audiences.audience_slug
),

consents as (
    select
        resolution.customer_key,
        periods.*
    from {{ ref('fct_consent_periods') }} as periods
    inner join resolution on periods.identifier_key = resolution.identifier_key
),

in_force as (
    select
        members.audience_member_key,
        count(case when consents.is_permitted then 1 end) as permitted_count,
        count(case when consents.status_type = 'withdrawn' then 1 end) as withdrawn_count,
        count(case
            when consents.is_permitted and members.contact_id = consents.contact_id then 1
        end) as own_count
    from members
    left join consents
        on
            members.customer_key = consents.customer_key
            and members.purpose_slug = consents.purpose_slug
            and members.eligible_at >= consents.started_at
            and (consents.ended_at is null or members.eligible_at < consents.ended_at)
    group by members.audience_member_key
)

select * from in_force
where permitted_count = 0 or own_count = 0 or withdrawn_count > 0
