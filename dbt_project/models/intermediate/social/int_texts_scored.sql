-- One row per scored text: its sentiment by the model in use, else by the newest version.

{# Reads the lake although it is not staging: scores come into being after staging was built. A row
   keeps the build that brought it, so that a new model version touches the days of its texts. #}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='text_sha',
    on_schema_change='fail'
) }}

with scores as (
    select * from {{ sentiment_scores() }} as landed
),

{# Versions compare as text; the score breaks the tie that a repeated scoring could leave. A text
   that held nothing to judge has a row of nulls: it is scored, and says nothing. #}
ranked as (
    select
        scores.text_sha,
        scores.sentiment_score,
        scores.sentiment_type,
        scores.sentiment_confidence_rate,
        scores.model_name || '-' || scores.model_version as sentiment_model_slug,
        row_number() over (
            partition by scores.text_sha
            order by
                scores.model_name || '-' || scores.model_version
                = '{{ var("sentiment_model") or "" }}' desc,
                scores.model_version desc,
                scores.model_name desc,
                scores.sentiment_score desc
        ) as version_rank
    from scores
),

final as (
    select
        ranked.text_sha,
        ranked.sentiment_type,
        ranked.sentiment_model_slug,
        ranked.sentiment_score,
        ranked.sentiment_confidence_rate,
        {{ build_id() }} as _build_id
    from ranked
    {% if is_incremental() %}
    left join {{ this }} as kept
        on
            ranked.text_sha = kept.text_sha
            and ranked.sentiment_model_slug = kept.sentiment_model_slug
    {% endif %}
    where
        ranked.version_rank = 1
        {% if is_incremental() %}
        and kept.text_sha is null
        {% endif %}
)

select * from final
