-- Business time over the target is a breach and nothing else is, and the moment of it lies in the
-- segment in which the target ran out.

select
    clock_key,
    breached_at
from {{ ref('fct_sla_clocks') }}
where
    is_breached <> (earlier_business_minutes + business_minutes > target_minutes)
    or (breached_at is not null) <> (is_breached and earlier_business_minutes <= target_minutes)
    or breached_at < started_at
    or (source_slug = 'zendesk' and breached_at > stopped_at)
    or business_minutes < 0
