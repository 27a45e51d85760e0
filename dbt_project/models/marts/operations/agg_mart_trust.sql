-- One row per mart: how far it can be trusted now, from A to F, and why.

{{ config(post_hook="{{ carry_trust() }}") }}

with marts as (
    select known.mart_name
    from {{ rows_of(names_of_marts(), ['mart_name']) }} as known
),

streams as (select * from {{ ref('int_mart_streams') }}),
findings as (select * from {{ ref('int_mart_findings') }}),
readers as (select * from {{ ref('int_mart_readers') }}),

streams_per_mart as (
    select
        streams.mart_name,
        count(*) as stream_count
    from streams
    group by streams.mart_name
),

ranked_findings as (
    select
        findings.mart_name,
        findings.trust_grade,
        findings.finding_text,
        row_number() over (
            partition by findings.mart_name
            order by findings.trust_grade desc, findings.finding_text asc
        ) as finding_rank
    from findings
),

findings_per_mart as (
    select
        ranked_findings.mart_name,
        max(ranked_findings.trust_grade) as trust_grade,
        count(*) as finding_count,
        {{ joined_texts(
            'ranked_findings.finding_text', "'; '", 'ranked_findings.finding_rank'
        ) }} as reason_text
    from ranked_findings
    group by ranked_findings.mart_name
),

readers_per_mart as (
    select
        readers.mart_name,
        {{ joined_texts('readers.reader_name', "', '", 'readers.reader_name') }} as reader_names
    from readers
    group by readers.mart_name
),

final as (
    select
        marts.mart_name,
        {{ as_of() }} as as_of_at,
        coalesce(findings_per_mart.trust_grade, 'A') as trust_grade,
        findings_per_mart.reason_text,
        readers_per_mart.reader_names,
        coalesce(findings_per_mart.finding_count, 0) as finding_count,
        coalesce(streams_per_mart.stream_count, 0) as stream_count
    from marts
    left join findings_per_mart on marts.mart_name = findings_per_mart.mart_name
    left join streams_per_mart on marts.mart_name = streams_per_mart.mart_name
    left join readers_per_mart on marts.mart_name = readers_per_mart.mart_name
)

select * from final
