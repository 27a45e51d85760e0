-- One row per distinct text of strangers that marts show: what the scrubbing step has to read.

{{ config(tags=['before_scoring']) }}

with searches as (select * from {{ ref('stg_search_console__by_query_page') }}),
events as (select * from {{ ref('stg_ga4__events') }}),

{# Distinct already here: a hash for each text, not for each event. #}
texts as (
    select query_text as text from searches
    union distinct
    select site_search_text as text from events
    where event_name = 'view_search_results'
    union distinct
    select source_name as text from events
    union distinct
    select medium_name as text from events
),

final as (
    select
        {{ text_sha('texts.text') }} as text_sha,
        texts.text,
        '{{ var("phone_country_code") }}' as phone_country_code
    from texts
    where texts.text is not null
)

select * from final
