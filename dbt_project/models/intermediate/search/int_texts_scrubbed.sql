-- One row per text that the scrubbing step has read: as it came, and as marts may show it.

with texts as (select * from {{ ref('int_texts_to_scrub') }}),

scrubbed as (
    select * from {{ scrubbed_texts() }} as landed
),

ranked as (
    select
        scrubbed.text_sha,
        scrubbed.scrubbed_text,
        row_number() over (
            partition by scrubbed.text_sha
            order by scrubbed.scrubber_version desc, scrubbed.scrubbed_text asc
        ) as version_rank
    from scrubbed
),

{# Where nothing had to be taken out, the step leaves the text away. #}
final as (
    select
        texts.text_sha,
        texts.text,
        coalesce(ranked.scrubbed_text, texts.text) as shown_text
    from texts
    inner join ranked on texts.text_sha = ranked.text_sha
    where ranked.version_rank = 1
)

select * from final
