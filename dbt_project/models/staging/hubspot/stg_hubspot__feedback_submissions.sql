-- One row per answer to a HubSpot survey (NPS, CSAT, CES): its newest version.

{% set structure = {
    'id': 'string', 'createdAt': 'string', 'updatedAt': 'string',
    'properties': {
        'hs_survey_type': 'string', 'hs_survey_name': 'string', 'hs_survey_channel': 'string',
        'hs_value': 'string', 'hs_response_group': 'string', 'hs_content': 'string',
        'hs_submission_timestamp': 'string', 'hs_createdate': 'string',
        'hs_lastmodifieddate': 'string'
    },
    'associations': {
        'contacts': {'results': [{'id': 'string'}]}, 'tickets': {'results': [{'id': 'string'}]}
    }
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'feedback_submissions'), structure) }},

timed as (
    select
        decoded.*,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.hs_submission_timestamp, decoded.record.createdAt)'
        ) }} as submitted_at
    from decoded
),

final as (
    select
        timed._pk as submission_id,
        {{ list_first('timed.record.associations.contacts.results') }}.id as contact_id,
        {{ list_first('timed.record.associations.tickets.results') }}.id as ticket_id,
        timed.submitted_at,
        {{ hubspot_timestamp(
            'coalesce(timed.record.properties.hs_lastmodifieddate, timed.record.updatedAt)'
        ) }} as updated_at,
        cast(timed.submitted_at as date) as submitted_on,
        timed.record.properties.hs_survey_type as survey_type,
        timed.record.properties.hs_survey_channel as survey_channel_type,
        timed.record.properties.hs_response_group as response_group_type,
        timed.is_deleted,
        timed.record.properties.hs_survey_name as survey_name,
        timed.record.properties.hs_content as comment,
        try_cast(timed.record.properties.hs_value as double) as score,
        {{ technical_columns('timed') }}
    from timed
)

select * from final
