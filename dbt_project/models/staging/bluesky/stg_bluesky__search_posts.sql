-- One row per post found by the brand search: its newest version.

{# A file read again replaces its days: a post that it no longer holds was deleted. #}
{{ config(pre_hook="{{ delete_landed_days('bluesky', 'search_posts', day='created_on') }}") }}

{% set structure = bluesky_post_structure() %}
{% do structure.update({'sortAt': 'string'}) %}

with decoded as {{ decoded(landed_rows('bluesky', 'search_posts', whole_days=true), structure) }},

final as (
    {{ bluesky_post_columns('decoded', 'decoded.record') }}
)

select * from final
