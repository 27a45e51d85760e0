-- A text that the scrubbing step has not read may hold a number of somebody: marts show null.
select texts.text_sha
from {{ ref('int_texts_to_scrub') }} as texts
left join {{ ref('int_texts_scrubbed') }} as scrubbed on texts.text_sha = scrubbed.text_sha
where scrubbed.text_sha is null
