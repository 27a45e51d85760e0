-- One row per ticket and spell in a status.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='created_on',
    meta={'touched_days': [
        'days_of_changed_ticket_clocks', 'created_on', ['entered_at', 'left_at']
    ]}
) }}

{% set moments = ['entered_at', 'left_at'] %}

-- depends_on: {{ ref('stg_zendesk__tickets') }}
-- depends_on: {{ ref('stg_zendesk__ticket_metric_events') }}

with moments as (
    select * from {{ ref('int_ticket_clock_moments') }}
    {% if is_incremental() %}
    where created_on in ({{ days_of_changed_ticket_clocks('created_on', moments) }})
    {% endif %}
),

business_days as (
    select * from {{ ref('int_business_days') }}
    where schedule_slug = '{{ var("ticket_schedule_slug") }}'
),

changes as (
    select
        moments.*,
        lag(moments.status_type) over (
            partition by moments.ticket_id order by moments.event_at
        ) as from_status_type
    from moments
),

spells as (
    select
        changes.*,
        lead(changes.event_at) over (
            partition by changes.ticket_id order by changes.event_at
        ) as left_at,
        row_number() over (partition by changes.ticket_id order by changes.event_at)
            as spell_number
    from changes
    where changes.from_status_type is null or changes.from_status_type <> changes.status_type
),

final as (
    select
        {{ surrogate_key(["'zendesk'", 'spells.ticket_id', 'spells.spell_number']) }}
            as status_period_key,
        spells.ticket_id,
        'zendesk' as source_slug,
        spells.spell_number,
        spells.event_at as entered_at,
        spells.left_at,
        spells.created_on,
        spells.status_type,
        spells.from_status_type,
        spells.left_at is null as is_standing,
        ({{ epoch_seconds('spells.left_at') }} - {{ epoch_seconds('spells.event_at') }}) / 60.0
            as calendar_minutes,
        (
            {{ business_seconds_until('spells.left_at', 'last_days') }}
            - {{ business_seconds_until('spells.event_at', 'first_days') }}
        ) / 60.0 as business_minutes
    from spells
    left join business_days as first_days
        on spells.event_at >= first_days.begins_at and spells.event_at < first_days.ends_at
    left join business_days as last_days
        on spells.left_at >= last_days.begins_at and spells.left_at < last_days.ends_at
)

select * from final
