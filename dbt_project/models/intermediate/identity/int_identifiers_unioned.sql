-- One row per source record and identifier as the source writes it.

{{ config(materialized='view') }}

with crm_contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
    where not is_deleted and not is_missing
),

desk_users as (
    -- Agents are employees: their addresses would tie strangers together.
    select * from {{ ref('stg_zendesk__users') }}
    where not is_deleted and role_type = 'end-user'
),

web_clients as (
    select
        web_client_id,
        customer_number,
        min(started_at) as first_seen_at,
        max(ended_at) as last_seen_at
    from {{ ref('int_web_sessions') }}
    group by web_client_id, customer_number
),

x_authors as (select * from {{ ref('int_x_authors') }}),
bluesky_authors as (select * from {{ ref('int_bluesky_authors') }}),

facebook_authors as (
    select
        author_id,
        min(created_at) as first_seen_at,
        max(created_at) as last_seen_at
    from {{ ref('int_facebook_comments') }}
    where not is_of_page and not is_deleted
    group by author_id
),

merged_contacts as (
    select
        contact_id,
        created_at,
        updated_at,
        {{ unnest_list('merged_contact_ids') }} as merged_contact_id
    from crm_contacts
),

final as (
    {%- for type, value in {
        'crm_contact_id': 'contact_id', 'customer_number': 'customer_number', 'email': 'email',
        'phone': 'phone', 'web_client_id': 'ga_client_id', 'x_username': 'x_username'
    }.items() %}
    {{ stated_identifier(
        'crm_contacts', 'hubspot', 'contact_id', type, value, 'created_at', 'updated_at'
    ) }}
    union all
    {%- endfor %}
    {%- for type, value in {
        'zendesk_user_id': 'user_id', 'customer_number': 'customer_number', 'email': 'email',
        'phone': 'phone'
    }.items() %}
    {{ stated_identifier(
        'desk_users', 'zendesk', 'user_id', type, value, 'created_at', 'updated_at'
    ) }}
    union all
    {%- endfor %}
    {%- for type, value in {
        'web_client_id': 'web_client_id', 'customer_number': 'customer_number'
    }.items() %}
    {{ stated_identifier(
        'web_clients', 'ga4', 'web_client_id', type, value, 'first_seen_at', 'last_seen_at'
    ) }}
    union all
    {%- endfor %}
    {%- for type, value in {'x_user_id': 'author_id', 'x_username': 'author_username'}.items() %}
    {{ stated_identifier(
        'x_authors', 'x', 'author_id', type, value, 'first_seen_at', 'last_seen_at'
    ) }}
    union all
    {%- endfor %}
    {{ stated_identifier(
        'bluesky_authors', 'bluesky', 'author_id', 'bluesky_did', 'author_id', 'first_seen_at',
        'last_seen_at'
    ) }}
    union all
    {{ stated_identifier(
        'facebook_authors', 'facebook', 'author_id', 'facebook_user_id', 'author_id',
        'first_seen_at', 'last_seen_at'
    ) }}
    union all
    {{ stated_identifier(
        'merged_contacts', 'hubspot', 'contact_id', 'crm_contact_id', 'merged_contact_id',
        'created_at', 'updated_at'
    ) }}
)

select * from final
