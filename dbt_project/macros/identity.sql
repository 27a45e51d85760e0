{# Identifiers: how they are written, hashed and joined into customers. #}

{# The key of an identifier, the same in facts and in int_identifiers_resolved. The type is an SQL
   expression: write "'email'" for a literal. #}
{% macro identifier_key(identifier_type, identifier_value) -%}
    {{ surrogate_key([identifier_type, identifier_value]) }}
{%- endmacro %}

{% macro normalised_email(text) -%}
    case when {{ text }} like '%_@_%' then lower(trim({{ text }})) end
{%- endmacro %}

{# E.164: + and digits. A national number (one leading zero) belongs to the var's country; the zero
   in brackets after a country code, as in +31 (0)20, is not dialled. Fewer than eight digits
   is an extension or a typing error: null. #}
{% macro normalised_phone(text) -%}
    {%- set country = '+' ~ var('phone_country_code') -%}
    {%- set kept = remove_matches(text, '[^0-9+]') -%}
    {%- set dialled -%}
        case
            when {{ kept }} like '{{ country }}0%'
                then '{{ country }}' || substr({{ kept }}, {{ country | length + 2 }})
            when {{ kept }} like '+%' then {{ kept }}
            when {{ kept }} like '00%' then '+' || substr({{ kept }}, 3)
            when {{ kept }} like '0%' then '{{ country }}' || substr({{ kept }}, 2)
            when {{ kept }} <> '' then '+' || {{ kept }}
        end
    {%- endset -%}
    case when length({{ dialled }}) >= 9 then {{ dialled }} end
{%- endmacro %}

{% macro normalised_username(text) -%}
    nullif(lower({{ remove_matches('trim(' ~ text ~ ')', '^@') }}), '')
{%- endmacro %}

{# The value in the form of its type. #}
{% macro normalised_identifier(identifier_type, text) -%}
    case {{ identifier_type }}
        when 'email' then {{ normalised_email(text) }}
        when 'phone' then {{ normalised_phone(text) }}
        when 'x_username' then {{ normalised_username(text) }}
        else nullif(trim({{ text }}), '')
    end
{%- endmacro %}

{# CTEs <name>_1 to <name>_<rounds>: connected components by alternating stars (Kiveris and others,
   2014). `edges` has the columns node_a and node_b, numbers. A large star hangs every greater
   neighbour of a node on the smallest neighbour; a small star hangs the smaller ones there too.
   When nothing moves any more each node stands once in node_a with its component's smallest
   node in node_b; that node itself is absent.
   Each step reads the one before it once: an engine that inlines CTEs does not repeat work. #}
{% macro alternating_stars(edges, name, rounds) -%}
    {%- for round in range(1, rounds + 1) %}
    {{ name }}_{{ round }}_large as (
        select distinct
            neighbours.node_far as node_a,
            neighbours.node_nearest as node_b
        from (
            select
                directed.node_near,
                directed.node_far,
                least(
                    directed.node_near,
                    min(directed.node_far) over (partition by directed.node_near)
                ) as node_nearest
            from (
                select
                    case sides.side when 1 then pairs.node_a else pairs.node_b end as node_near,
                    case sides.side when 1 then pairs.node_b else pairs.node_a end as node_far
                from {{ edges if loop.first else name ~ '_' ~ (round - 1) }} as pairs
                cross join (select 1 as side union all select 2 as side) as sides
            ) as directed
        ) as neighbours
        where neighbours.node_far > neighbours.node_near
    ),

    {{ name }}_{{ round }} as (
        select distinct
            hung.node_a,
            hung.node_b
        from (
            select
                case sides.side when 1 then pairs.node_b else pairs.node_a end as node_a,
                pairs.node_nearest as node_b
            from (
                select
                    node_a,
                    node_b,
                    min(node_b) over (partition by node_a) as node_nearest
                from {{ name }}_{{ round }}_large
            ) as pairs
            cross join (select 1 as side union all select 2 as side) as sides
        ) as hung
        where hung.node_a <> hung.node_b
    ),
    {%- endfor %}
{%- endmacro %}

{# One kind of identifier out of the records of one source, for a union of such parts. #}
{% macro stated_identifier(
    records, source_slug, record_key, identifier_type, identifier_value, first_seen_at, last_seen_at
) -%}
    select
        '{{ source_slug }}' as source_slug,
        cast({{ record_key }} as string) as source_record_key,
        '{{ identifier_type }}' as identifier_type,
        cast({{ identifier_value }} as string) as stated_value,
        {{ first_seen_at }} as first_seen_at,
        {{ last_seen_at }} as last_seen_at
    from {{ records }}
    where {{ identifier_value }} is not null
{%- endmacro %}

{# The ledger as the build before left it. No ref: the ledger is written later in the same build. #}
{% macro identity_ledger_before() -%}
    {%- set ledger = none -%}
    {%- if execute -%}
        {%- set ledger = adapter.get_relation(this.database, this.schema, 'int_identity_ledger') -%}
    {%- endif -%}
    {{ ledger or no_rows({
        'identifier_key': 'string', 'resolution_version': 'integer', 'customer_key': 'string',
        'customer_first_seen_at': 'timestamp', 'valid_to_at': 'timestamp'
    }) }}
{%- endmacro %}

{# The file of judged pairs that the matching step names (var matched_pairs); else an empty relation. #}
{% macro identity_pairs() -%}
    {%- do source('matching', 'identity_pairs') -%}
    {{ read_files([var('matched_pairs')]) if execute and var('matched_pairs') else no_rows({
        'left_record_key': 'string', 'right_record_key': 'string', 'match_probability': 'double',
        'verdict_type': 'string', 'verdict_reason': 'string', 'evidence_reason': 'string',
        'model_version': 'string'
    }) }}
{%- endmacro %}

{# The identifier that stands for a record: its source's own id. Record keys are <source>:<id>. #}
{% macro anchor_key(record_key) -%}
    {%- set source_slug = "split_part(" ~ record_key ~ ", ':', 1)" -%}
    {%- set anchor_type -%}
        case {{ source_slug }}
            when 'hubspot' then 'crm_contact_id'
            when 'zendesk' then 'zendesk_user_id'
            when 'x' then 'x_user_id'
            when 'bluesky' then 'bluesky_did'
        end
    {%- endset -%}
    {{ identifier_key(anchor_type, "substr(" ~ record_key ~ ", length(" ~ source_slug ~ ") + 2)") }}
{%- endmacro %}

{# Decisions by hand, one file each; an empty relation before the first. #}
{% macro identity_decisions() -%}
    {%- do source('matching', 'identity_decisions') -%}
    {{ rows_of_files(var('lake') ~ '/decisions/identity/*.parquet', {
        'decision_id': 'string', 'left_record_key': 'string', 'right_record_key': 'string',
        'decision_type': 'string', 'decided_by': 'string', 'decided_at': 'timestamp',
        'decision_reason': 'string'
    }) }}
{%- endmacro %}
