-- One row per moment at which a customer enters a stage, by an event or by silence.

with stages_after_events as (select * from {{ ref('int_lifecycle_stages_after_events') }}),

silences as (
    -- Silence is counted from an event to the next one, or to the moment the lake was read up to.
    select
        customer_key,
        won_count >= 1 as has_won,
        coalesce(next_event_at, {{ as_of() }}) as ends_at,
        event_at + interval {{ var('lapse_days') }} day as lapses_at,
        event_at + interval {{ var('lost_days') }} day as is_lost_at
    from stages_after_events
),

entries as (
    -- Of several events at one moment only the last leaves a mark: a stage of no length is none.
    select
        customer_key,
        event_at as entered_at,
        stage_type,
        event_type as reason_type
    from stages_after_events
    where next_event_at is null or next_event_at > event_at
    union all
    select
        customer_key,
        lapses_at as entered_at,
        'lapsed' as stage_type,
        'silence' as reason_type
    from silences
    where has_won and lapses_at < ends_at
    union all
    select
        customer_key,
        is_lost_at as entered_at,
        'lost' as stage_type,
        'silence' as reason_type
    from silences
    where has_won and is_lost_at < ends_at
    union all
    select
        customer_key,
        lapses_at as entered_at,
        'lost' as stage_type,
        'silence' as reason_type
    from silences
    where not has_won and lapses_at < ends_at
),

entries_with_previous as (
    select
        *,
        lag(stage_type) over (partition by customer_key order by entered_at) as from_stage_type
    from entries
),

final as (
    select
        customer_key,
        entered_at,
        stage_type,
        from_stage_type,
        reason_type
    from entries_with_previous
    where from_stage_type is null or from_stage_type <> stage_type
)

select * from final
