-- One row per CRM owner (an employee): the newest snapshot that shows them.

{{ config(post_hook="{{ mark_absent('is_gone', 'hubspot', 'owners') }}") }}

{% set structure = {
    'id': 'string', 'email': 'string', 'firstName': 'string', 'lastName': 'string'
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'owners'), structure) }},

final as (
    select
        decoded._pk as owner_id,
        decoded.is_deleted,
        false as is_gone,
        concat_ws(' ', decoded.record.firstName, decoded.record.lastName) as owner_name,
        decoded.record.email,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
