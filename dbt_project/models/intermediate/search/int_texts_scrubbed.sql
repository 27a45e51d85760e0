-- One row per text that the scrubbing step read: without what it took out.

{{ config(materialized='view') }}

with scrubbed as (
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

final as (
    select
        ranked.text_sha,
        ranked.scrubbed_text
    from ranked
    where ranked.version_rank = 1
)

select * from final
