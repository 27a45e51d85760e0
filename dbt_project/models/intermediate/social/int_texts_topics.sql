-- One row per text: the topic whose terms weigh most in it, by the version of the terms in use.

{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='text_sha',
    on_schema_change='fail',
    post_hook="{{ delete_texts_that_are_gone() }}"
) }}

with texts as (select * from {{ ref('int_texts_to_score') }}),
topics as (select * from {{ ref('topics') }}),

{# A term is whole words; one that ends in a star is the beginning of a word. #}
terms as (
    select
        topic_terms.*,
        replace(' ' || topic_terms.term_text || ' ', '* ', '') as pattern_text
    from {{ ref('topic_terms') }} as topic_terms
),

spoken as (
    select
        texts.text_sha,
        {{ spaced_words('texts.text') }} as words
    from texts
    {% if is_incremental() %}
    left join {{ this }} as kept
        on
            texts.text_sha = kept.text_sha
            and kept.topic_version = {{ var('topic_version') }}
    where kept.text_sha is null
    {% endif %}
),

weighed as (
    select
        spoken.text_sha,
        terms.topic_slug,
        topics.topic_order,
        sum(terms.weight) as weight_sum
    from spoken
    inner join terms on instr(spoken.words, terms.pattern_text) > 0
    inner join topics on terms.topic_slug = topics.topic_slug
    group by spoken.text_sha, terms.topic_slug, topics.topic_order
),

{# Of two topics that weigh the same, the one that the seed names first. #}
ranked as (
    select
        weighed.*,
        weighed.weight_sum / sum(weighed.weight_sum) over (
            partition by weighed.text_sha
        ) as topic_share_rate,
        row_number() over (
            partition by weighed.text_sha
            order by weighed.weight_sum desc, weighed.topic_order asc
        ) as topic_rank
    from weighed
),

final as (
    select
        spoken.text_sha,
        coalesce(ranked.topic_slug, 'other') as topic_slug,
        {{ var('topic_version') }} as topic_version,
        ranked.topic_share_rate,
        {{ build_id() }} as _build_id
    from spoken
    left join ranked
        on
            spoken.text_sha = ranked.text_sha
            and ranked.topic_rank = 1
            and ranked.weight_sum >= {{ var('topic_weight_min') }}
)

select * from final
