-- One row per post of the brand itself: its newest version.

{# A file read again replaces its days: a post that it no longer holds was deleted. #}
{{ config(pre_hook="{{ delete_landed_days('bluesky', 'own_posts', day='created_on') }}") }}

{% set structure = {'post': bluesky_post_structure(), 'sortAt': 'string'} %}

with decoded as {{ decoded(landed_rows('bluesky', 'own_posts', whole_days=true), structure) }},

final as (
    {{ bluesky_post_columns('decoded', 'decoded.record.post') }}
)

select * from final
