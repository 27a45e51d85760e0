-- One row per pair of identifiers that one source record ties together.

with identifiers as (
    select * from {{ ref('int_identifiers') }}
    where not is_shared
),

identifier_types as (select * from {{ ref('identifier_types') }}),

record_anchors as (
    -- The record's own id holds its other identifiers together, so a record of n gives n - 1 pairs.
    select
        identifiers.*,
        case identifiers.source_slug
            when 'hubspot' then 'CRM contact '
            when 'zendesk' then 'Zendesk user '
            when 'ga4' then 'Browser '
            when 'x' then 'X account '
            when 'bluesky' then 'Bluesky account '
            when 'facebook' then 'Facebook account '
        end || identifiers.source_record_key as record_name
    from identifiers
    where
        identifiers.source_record_key = identifiers.identifier_value
        and identifiers.identifier_type in (
            'crm_contact_id', 'zendesk_user_id', 'web_client_id', 'x_user_id', 'bluesky_did',
            'facebook_user_id'
        )
),

pairs as (
    select
        record_anchors.identifier_key as anchor_key,
        identifiers.identifier_key as other_key,
        record_anchors.source_slug,
        identifiers.identifier_type,
        record_anchors.record_name,
        identifiers.identifier_type = record_anchors.identifier_type as is_merge,
        greatest(identifiers.first_seen_at, record_anchors.first_seen_at) as first_seen_at
    from record_anchors
    inner join identifiers
        on
            record_anchors.source_slug = identifiers.source_slug
            and record_anchors.source_record_key = identifiers.source_record_key
            and record_anchors.identifier_key <> identifiers.identifier_key
),

final as (
    select
        pairs.anchor_key as left_identifier_key,
        pairs.other_key as right_identifier_key,
        pairs.first_seen_at,
        case
            when pairs.is_merge then 'exact_' || pairs.source_slug || '_merge'
            else 'exact_' || pairs.source_slug || '_' || pairs.identifier_type
        end as rule_slug,
        case
            when pairs.is_merge
                then pairs.record_name || ' took in this contact when two were merged'
            when pairs.source_slug = 'ga4'
                then
                    pairs.record_name || ' was signed in with this '
                    || identifier_types.identifier_name
            else pairs.record_name || ' states this ' || identifier_types.identifier_name
        end as reason,
        cast(1.0 as double) as score
    from pairs
    inner join identifier_types on pairs.identifier_type = identifier_types.identifier_type
)

select * from final
