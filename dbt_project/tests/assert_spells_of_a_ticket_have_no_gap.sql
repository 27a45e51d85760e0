-- A spell begins when the one before ended, only the last one stands, and its business time is not
-- longer than its calendar time: otherwise time would be lost, or counted twice.

with periods as (
    select
        spells.*,
        lag(spells.left_at) over (partition by spells.ticket_id order by spells.spell_number)
            as left_before_at,
        lag(spells.status_type) over (partition by spells.ticket_id order by spells.spell_number)
            as status_before_type
    from {{ ref('fct_ticket_status_periods') }} as spells
)

select
    ticket_id,
    spell_number
from periods
where
    (spell_number = 1 and left_before_at is not null)
    or (spell_number > 1 and (left_before_at is null or left_before_at <> entered_at))
    or coalesce(status_before_type, '') <> coalesce(from_status_type, '')
    or business_minutes > calendar_minutes
    or business_minutes < 0
