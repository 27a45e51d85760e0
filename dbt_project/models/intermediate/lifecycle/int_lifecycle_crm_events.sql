-- One row per contact created and per deal opened, won or lost.

with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
    where not is_deleted and not is_missing
),

deals as (
    select * from {{ ref('stg_hubspot__deals') }}
    where not is_deleted
),

deal_stage_outcomes as (select * from {{ ref('deal_stage_outcomes') }}),

final as (
    select
        contacts.contact_id,
        contacts.contact_id as source_record_key,
        contacts.created_at as event_at,
        'lead' as event_type
    from contacts
    union all
    select
        deals.contact_id,
        deals.deal_id as source_record_key,
        deals.created_at as event_at,
        'deal_opened' as event_type
    from deals
    union all
    select
        deals.contact_id,
        deals.deal_id as source_record_key,
        deals.closed_at as event_at,
        deal_stage_outcomes.event_type
    from deals
    inner join deal_stage_outcomes on deals.stage_type = deal_stage_outcomes.deal_stage_type
    where deals.closed_at is not null
)

select * from final
