-- One row per metric, month and value that a release published for it.

with publications as (select * from {{ ref('int_metric_publications') }}),

final as (
    select
        {{ surrogate_key([
            'publications.metric_slug', 'publications.booked_month', 'publications.publication_number'
        ]) }} as publication_key,
        publications.metric_slug,
        publications.booked_month,
        publications.definition_version,
        publications.publication_number,
        publications.published_at,
        publications.was_closed,
        publications.is_restatement,
        publications.cause_type,
        publications.sample_count,
        publications.value,
        publications.margin_of_error,
        publications.previous_value
    from publications
)

select * from final
