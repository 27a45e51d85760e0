-- One row per source record of a person: what the matching step compares.

{{ config(materialized='view', tags=['before_scoring']) }}

with crm_contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
    where not is_deleted and not is_missing
),

desk_users as (
    select * from {{ ref('stg_zendesk__users') }}
    where not is_deleted and role_type = 'end-user'
),

x_authors as (
    select
        author_id,
        min(author_username) as author_username
    from {{ ref('stg_x__search_posts') }}
    where not is_deleted and author_id is not null
    group by author_id
),

bluesky_authors as (select * from {{ ref('int_bluesky_authors') }}),

stated as (
    select
        'hubspot' as source_slug,
        contact_id as source_record_key,
        customer_number,
        coalesce(first_name, '') || ' ' || coalesce(last_name, '') as full_name,
        email,
        phone,
        x_username as handle
    from crm_contacts
    union all
    select
        'zendesk' as source_slug,
        cast(user_id as string) as source_record_key,
        customer_number,
        user_name as full_name,
        email,
        phone,
        cast(null as string) as handle
    from desk_users
    union all
    select
        'x' as source_slug,
        author_id as source_record_key,
        cast(null as string) as customer_number,
        cast(null as string) as full_name,
        cast(null as string) as email,
        cast(null as string) as phone,
        author_username as handle
    from x_authors
    union all
    {# A handle on Bluesky is a host name: its first part is what the person chose. #}
    select
        'bluesky' as source_slug,
        author_id as source_record_key,
        cast(null as string) as customer_number,
        cast(null as string) as full_name,
        cast(null as string) as email,
        cast(null as string) as phone,
        split_part(author_username, '.', 1) as handle
    from bluesky_authors
),

normalised as (
    select
        source_slug,
        source_record_key,
        nullif(trim(customer_number), '') as customer_number,
        -- A name with digits is a number that somebody called from, no name.
        case when full_name = {{ remove_matches('full_name', '[0-9]') }} then full_name end
            as full_name,
        {{ normalised_email('email') }} as email,
        {{ normalised_phone('phone') }} as phone,
        {{ normalised_username('handle') }} as handle
    from stated
),

final as (
    select
        source_slug || ':' || source_record_key as record_key,
        source_slug,
        source_record_key,
        customer_number,
        full_name,
        nullif({{ remove_matches('lower(coalesce(full_name, handle))', '[^a-z]') }}, '')
            as name_key,
        email,
        nullif({{ remove_matches(
            "coalesce(split_part(email, '@', 1), handle)", '[^a-z0-9]'
        ) }}, '') as local_key,
        phone,
        handle
    from normalised
)

select * from final
