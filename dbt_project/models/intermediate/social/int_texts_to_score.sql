-- One row per distinct text that people wrote: what the scoring step has to read.

{{ config(materialized='view', tags=['before_scoring']) }}

{% set written = [
    ('stg_x__search_posts', 'text'),
    ('stg_x__mentions', 'text'),
    ('stg_x__own_posts', 'text'),
    ('stg_bluesky__search_posts', 'text'),
    ('stg_bluesky__own_posts', 'text'),
    ('stg_facebook__comments', 'text'),
    ('stg_facebook__ratings', 'text'),
    ('stg_zendesk__tickets', 'description'),
    ('stg_zendesk__satisfaction_ratings', 'comment'),
    ('stg_zendesk__survey_responses', 'comment'),
    ('stg_hubspot__feedback_submissions', 'comment'),
    ('stg_hubspot__tickets', 'content'),
    ('stg_typeform__responses', 'comment'),
] %}

with texts as (
    {% for model, column in written %}
    select {{ column }} as text
    from {{ ref(model) }}
    where not is_deleted
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select distinct
        {{ text_sha('texts.text') }} as text_sha,
        texts.text
    from texts
    where trim(texts.text) <> ''
)

select * from final
