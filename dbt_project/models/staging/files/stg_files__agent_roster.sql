-- One row per agent and day from which a posting holds: its newest version.

{% set structure = {
    'agent_id': 'bigint', 'agent_name': 'string', 'team': 'string', 'languages': ['string'],
    'valid_from': 'string'
} %}

with decoded as {{ decoded(landed_rows('files', 'agent_roster'), structure) }},

final as (
    select
        decoded.record.agent_id,
        cast(try_cast(decoded.record.valid_from as timestamp) as date) as valid_from_on,
        decoded.is_deleted,
        decoded.record.agent_name,
        decoded.record.team as team_name,
        decoded.record.languages as language_codes,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
