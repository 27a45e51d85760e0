-- One row per post that mentions the brand's account: its newest version.

{# A file read again replaces its days: a post that it no longer holds was withdrawn. #}
{{ config(pre_hook="{{ delete_landed_days('x', 'mentions', day='created_on') }}") }}

with decoded as {{ decoded(landed_rows('x', 'mentions', whole_days=true), x_post_structure()) }},

withdrawn as (
    select * from {{ x_withdrawn_posts() }} as verdicts
),

final as (
    {{ x_post_columns('decoded', 'withdrawn') }}
)

select * from final
