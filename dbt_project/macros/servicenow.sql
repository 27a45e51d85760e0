{# What ServiceNow's tables need: every value is text, an empty one stands for none. #}

{# The newest version of each row of a table, deletions among them: the audit of deletions names the
   row that is gone, and that makes a version without a payload. A row that was restored afterwards
   is newer than its deletion. #}
{% macro servicenow_rows(table) -%}
    (
        select
            _pk, _cursor, is_deleted, _payload, _payload_sha, _extracted_at, _build_id
        from (
            select
                versions.*,
                row_number() over (
                    partition by versions._pk
                    order by
                        versions._cursor desc, versions.is_deleted desc,
                        versions._extracted_at desc, versions._payload_sha desc
                ) as place
            from (
                select
                    present._pk, present._cursor, present.is_deleted, present._payload,
                    present._payload_sha, present._extracted_at, present._build_id
                from {{ landed_rows('servicenow', table) }} as present
                union all
                select
                    gone._pk, gone._cursor, true as is_deleted,
                    cast(null as string) as _payload,
                    gone._payload_sha, gone._extracted_at, gone._build_id
                from {{ landed_rows(
                    'servicenow', 'sys_audit_delete', key=_servicenow_deletion() ~ '.documentkey'
                ) }} as gone
                where {{ _servicenow_deletion() }}.tablename = '{{ table }}'
            ) as versions
        ) as ranked
        where place = 1
    )
{%- endmacro %}

{% macro _servicenow_deletion() -%}
    {{ return(decode_json('_payload', {'documentkey': 'string', 'tablename': 'string'})) }}
{%- endmacro %}

{# Text, null where it is empty. #}
{% macro servicenow_text(value) -%}
    nullif({{ value }}, '')
{%- endmacro %}

{% macro servicenow_timestamp(value) -%}
    try_cast(nullif({{ value }}, '') as timestamp)
{%- endmacro %}

{% macro servicenow_count(value) -%}
    try_cast(nullif({{ value }}, '') as bigint)
{%- endmacro %}

{% macro servicenow_boolean(value) -%}
    try_cast(nullif({{ value }}, '') as boolean)
{%- endmacro %}

{# A duration is written as the moment so long after 1970-01-01; before it when it is negative. #}
{% macro servicenow_seconds(value) -%}
    cast({{ epoch_seconds(servicenow_timestamp(value)) }} as bigint)
{%- endmacro %}

{# The severities that may be emergencies, as a list of texts in SQL. #}
{% macro emergency_severities() -%}
    '{{ var("emergency_severities") | join("', '") }}'
{%- endmacro %}
