-- One row per identifier seen in one source record.

with stated as (select * from {{ ref('int_identifiers_unioned') }}),
guards as (select * from {{ ref('identity_guards') }}),

decisions as (
    select * from {{ ref('int_identity_decisions') }}
    where decision_type = 'different'
),

normalised as (
    select
        source_slug,
        source_record_key,
        identifier_type,
        first_seen_at,
        last_seen_at,
        {{ normalised_identifier('identifier_type', 'stated_value') }} as identifier_value
    from stated
),

identifiers as (
    select
        {{ identifier_key('identifier_type', 'identifier_value') }} as identifier_key,
        source_slug,
        source_record_key,
        identifier_type,
        identifier_value,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from normalised
    where identifier_value is not null
    group by source_slug, source_record_key, identifier_type, identifier_value
),

shared_identifiers as (
    -- A front-desk phone or a family's address points at several persons: it may link none.
    select identifiers.identifier_key
    from identifiers
    inner join guards on identifiers.identifier_type = guards.identifier_type
    inner join identifiers as companions
        on
            identifiers.source_slug = companions.source_slug
            and identifiers.source_record_key = companions.source_record_key
            and guards.seen_with_type = companions.identifier_type
    group by identifiers.identifier_key, guards.seen_with_type, guards.max_count
    having count(distinct companions.identifier_value) > guards.max_count
),

told_apart as (
    -- What two records state that somebody told apart ties neither.
    select identifiers.identifier_key
    from decisions
    inner join identifiers
        on
            decisions.left_record_key
            = identifiers.source_slug || ':' || identifiers.source_record_key
    inner join identifiers as counterparts
        on
            decisions.right_record_key
            = counterparts.source_slug || ':' || counterparts.source_record_key
            and identifiers.identifier_key = counterparts.identifier_key
),

distinct_shared_identifiers as (
    select identifier_key from shared_identifiers
    union distinct
    select identifier_key from told_apart
),

final as (
    select
        identifiers.identifier_key,
        identifiers.source_slug,
        identifiers.source_record_key,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        identifiers.identifier_type,
        shared.identifier_key is not null as is_shared,
        identifiers.identifier_value
    from identifiers
    left join distinct_shared_identifiers as shared
        on identifiers.identifier_key = shared.identifier_key
)

select * from final
