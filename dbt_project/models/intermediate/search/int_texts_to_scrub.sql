-- One row per distinct text that marts show in words: what the scrubbing step has to read.

{{ config(materialized='view', tags=['before_scoring']) }}

with searches as (select * from {{ ref('stg_search_console__by_query_page') }}),
events as (select * from {{ ref('stg_ga4__events') }}),

texts as (
    select searches.query_text as text from searches
    union all
    select events.site_search_text as text from events
    where events.event_name = 'view_search_results'
),

final as (
    select distinct
        {{ text_sha('texts.text') }} as text_sha,
        texts.text,
        '{{ var("phone_country_code") }}' as phone_country_code
    from texts
    where trim(texts.text) <> ''
)

select * from final
