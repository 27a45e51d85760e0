-- One row per stage of a pipeline of deals or tickets, as the newest snapshot shows it.

{{ config(post_hook="{{ mark_absent('is_gone', 'hubspot', 'pipelines') }}") }}

{% set structure = {
    'id': 'string', 'label': 'string', 'objectType': 'string',
    'stages': [{
        'id': 'string', 'label': 'string', 'displayOrder': 'bigint', 'archived': 'boolean',
        'metadata': {'probability': 'string', 'isClosed': 'string', 'ticketState': 'string'}
    }]
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'pipelines'), structure) }},

staged as (
    select
        decoded.*,
        {{ unnest_list('decoded.record.stages') }} as step
    from decoded
),

final as (
    select
        staged.record.objecttype as object_type,
        staged.record.id as pipeline_slug,
        staged.step.id as stage_type,
        staged.is_deleted or coalesce(staged.step.archived, false) as is_deleted,
        false as is_gone,
        coalesce(
            staged.step.metadata.isclosed = 'true', staged.step.metadata.ticketstate = 'CLOSED'
        ) as is_closed,
        staged.record.label as pipeline_name,
        staged.step.label as stage_name,
        staged.step.displayorder as display_order,
        try_cast(staged.step.metadata.probability as double) as probability_rate,
        {{ technical_columns('staged') }}
    from staged
)

select * from final
