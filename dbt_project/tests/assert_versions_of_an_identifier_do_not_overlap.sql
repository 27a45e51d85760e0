-- At any moment an identifier belongs to one customer, and today's answers are those of the build.

with versions as (
    select
        identifier_key,
        valid_from_at,
        valid_to_at,
        is_current,
        lead(valid_from_at) over (
            partition by identifier_key order by resolution_version
        ) as next_from_at
    from {{ ref('identity_resolution') }}
),

standing as (
    select * from versions
    where is_current
),

resolved as (
    select * from {{ ref('int_identifiers_resolved') }}
)

select versions.identifier_key
from versions
where
    versions.valid_to_at < versions.valid_from_at
    or (
        versions.next_from_at is not null
        and (versions.valid_to_at is null or versions.valid_to_at > versions.next_from_at)
    )
union all
select coalesce(standing.identifier_key, resolved.identifier_key) as identifier_key
from standing
full outer join resolved on standing.identifier_key = resolved.identifier_key
where standing.identifier_key is null or resolved.identifier_key is null
