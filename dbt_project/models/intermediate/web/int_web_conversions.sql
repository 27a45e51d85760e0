-- One row per conversion on the web site: a key event, counted once however often it was sent.

with events as (select * from {{ ref('stg_ga4__events') }}),
key_events as (select * from {{ ref('web_key_events') }}),

{# A thanks page that is loaded again sends its purchase again, days later too: the transaction
   tells. A key event without one counts once in a session. #}
occurrences as (
    select
        events.*,
        coalesce(
            events.transaction_code,
            events.web_client_id || '/' || cast(events.ga_session_id as string)
        ) as occurrence_code
    from events
    inner join key_events on events.event_name = key_events.event_name
    where events.ga_session_id is not null
),

ranked as (
    select
        occurrences.*,
        -- The key only breaks ties of one microsecond.
        row_number() over (
            partition by occurrences.event_name, occurrences.occurrence_code
            order by occurrences.event_at, occurrences.event_key
        ) as sent_rank
    from occurrences
),

final as (
    select
        {{ surrogate_key(["'ga4'", 'ranked.event_name', 'ranked.occurrence_code']) }}
            as conversion_key,
        {{ surrogate_key([
            "'ga4'", "'web_session'", 'ranked.web_client_id', 'ranked.ga_session_id'
        ]) }} as touchpoint_key,
        ranked.web_client_id,
        ranked.ga_session_id,
        ranked.transaction_code,
        ranked.event_at as converted_at,
        ranked.event_on as converted_on,
        ranked.event_name as conversion_type,
        coalesce(ranked.value_usd, 0) as value_usd
    from ranked
    where ranked.sent_rank = 1
)

select * from final
