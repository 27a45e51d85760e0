{# What DuckDB and Spark write differently. Models call these and nothing else of an engine's own. #}

{# --- decode: JSON text to a typed record; the structure is a dict of name -> type, [type] or dict --- #}

{% macro decode_json(text, structure) -%}
    {{ return(adapter.dispatch('decode_json', 'cx_warehouse')(text, structure)) }}
{%- endmacro %}

{% macro default__decode_json(text, structure) -%}
    from_json({{ text }}, '{{ structure_as_ddl(structure) }}')
{%- endmacro %}

{% macro duckdb__decode_json(text, structure) -%}
    from_json({{ text }}, '{{ tojson(structure) }}')
{%- endmacro %}

{# 'a bigint, b struct<c: string>, l array<string>': the form that Spark reads. #}
{% macro structure_as_ddl(structure) -%}
    {%- for name, kind in structure.items() -%}
        `{{ name }}` {{ ddl_type(kind) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro ddl_type(kind) -%}
    {%- if kind is mapping -%}
        struct<
        {%- for name, inner in kind.items() -%}
            `{{ name }}`: {{ ddl_type(inner) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
        >
    {%- elif kind is string -%}
        {{ kind }}
    {%- else -%}
        array<{{ ddl_type(kind[0]) }}>
    {%- endif -%}
{%- endmacro %}


{# --- lists --- #}

{# The field `result` of the first element whose field `field` equals `literal`; null when none does. #}
{% macro list_lookup(list, field, literal, result) -%}
    {{ return(adapter.dispatch('list_lookup', 'cx_warehouse')(list, field, literal, result)) }}
{%- endmacro %}

{% macro default__list_lookup(list, field, literal, result) -%}
    get(filter({{ list }}, entry -> entry.{{ field }} = {{ literal }}), 0).{{ result }}
{%- endmacro %}

{% macro duckdb__list_lookup(list, field, literal, result) -%}
    list_filter({{ list }}, lambda entry: entry.{{ field }} = {{ literal }})[1].{{ result }}
{%- endmacro %}

{% macro list_first(list) -%}
    {{ return(adapter.dispatch('list_first', 'cx_warehouse')(list)) }}
{%- endmacro %}

{% macro default__list_first(list) -%}
    get({{ list }}, 0)
{%- endmacro %}

{% macro duckdb__list_first(list) -%}
    {{ list }}[1]
{%- endmacro %}

{# One field of every element, as a list; null where the list is. #}
{% macro list_field(list, field) -%}
    {{ return(adapter.dispatch('list_field', 'cx_warehouse')(list, field)) }}
{%- endmacro %}

{% macro default__list_field(list, field) -%}
    transform({{ list }}, entry -> entry.{{ field }})
{%- endmacro %}

{% macro duckdb__list_field(list, field) -%}
    list_transform({{ list }}, lambda entry: entry.{{ field }})
{%- endmacro %}

{# One row per element, in the select list. #}
{% macro unnest_list(list) -%}
    {{ return(adapter.dispatch('unnest_list', 'cx_warehouse')(list)) }}
{%- endmacro %}

{% macro default__unnest_list(list) -%}
    explode({{ list }})
{%- endmacro %}

{% macro duckdb__unnest_list(list) -%}
    unnest({{ list }})
{%- endmacro %}


{# --- time --- #}

{% macro timestamp_from_seconds(seconds) -%}
    {{ return(adapter.dispatch('timestamp_from_seconds', 'cx_warehouse')(seconds)) }}
{%- endmacro %}

{% macro default__timestamp_from_seconds(seconds) -%}
    timestamp_seconds({{ seconds }})
{%- endmacro %}

{% macro duckdb__timestamp_from_seconds(seconds) -%}
    make_timestamp({{ seconds }} * 1000000)
{%- endmacro %}

{% macro timestamp_from_micros(micros) -%}
    {{ return(adapter.dispatch('timestamp_from_micros', 'cx_warehouse')(micros)) }}
{%- endmacro %}

{% macro default__timestamp_from_micros(micros) -%}
    timestamp_micros({{ micros }})
{%- endmacro %}

{% macro duckdb__timestamp_from_micros(micros) -%}
    make_timestamp({{ micros }})
{%- endmacro %}

{# Seconds since 1970, with their fraction. #}
{% macro epoch_seconds(moment) -%}
    {{ return(adapter.dispatch('epoch_seconds', 'cx_warehouse')(moment)) }}
{%- endmacro %}

{% macro default__epoch_seconds(moment) -%}
    (unix_micros({{ moment }}) / 1e6)
{%- endmacro %}

{% macro duckdb__epoch_seconds(moment) -%}
    epoch({{ moment }})
{%- endmacro %}

{# Whole days from one date to another. #}
{% macro days_apart(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_apart', 'cx_warehouse')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__days_apart(first_day, last_day) -%}
    datediff({{ last_day }}, {{ first_day }})
{%- endmacro %}

{% macro duckdb__days_apart(first_day, last_day) -%}
    date_diff('day', {{ first_day }}, {{ last_day }})
{%- endmacro %}

{# A relation with one column, `day`: every date from `first_day` to `last_day`, both included. #}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between', 'cx_warehouse')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__days_between(first_day, last_day) -%}
    (select explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day)) as day)
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
    (
        select cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as date)
            as day
    )
{%- endmacro %}


{# --- text --- #}

{# Every match goes: Spark replaces all by itself, DuckDB only when told. #}
{% macro remove_matches(text, pattern) -%}
    {{ return(adapter.dispatch('remove_matches', 'cx_warehouse')(text, pattern)) }}
{%- endmacro %}

{% macro default__remove_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '')
{%- endmacro %}

{% macro duckdb__remove_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{# Our surrogate key: md5 of the parts as text, the same on both engines. #}
{% macro surrogate_key(parts) -%}
    md5(concat_ws('|', {% for part in parts -%}
        coalesce(cast({{ part }} as string), '~'){{ ', ' if not loop.last }}
    {%- endfor %}))
{%- endmacro %}

{# The texts of a group as one, in an order. #}
{% macro joined_texts(text, sign, ordering) -%}
    {{ return(adapter.dispatch('joined_texts', 'cx_warehouse')(text, sign, ordering)) }}
{%- endmacro %}

{% macro default__joined_texts(text, sign, ordering) -%}
    listagg({{ text }}, {{ sign }}) within group (order by {{ ordering }})
{%- endmacro %}

{% macro duckdb__joined_texts(text, sign, ordering) -%}
    string_agg({{ text }}, {{ sign }} order by {{ ordering }})
{%- endmacro %}


{# --- statistics --- #}

{# Exact, interpolated percentile. #}
{% macro percentile(measure, share) -%}
    {{ return(adapter.dispatch('percentile', 'cx_warehouse')(measure, share)) }}
{%- endmacro %}

{% macro default__percentile(measure, share) -%}
    percentile({{ measure }}, {{ share }})
{%- endmacro %}

{% macro duckdb__percentile(measure, share) -%}
    quantile_cont({{ measure }}, {{ share }})
{%- endmacro %}

{# The value that stands in the row with the smallest `ordering`, nulls passed over: the filter
   makes both engines do so. #}
{% macro arg_min(measure, ordering) -%}
    min_by({{ measure }}, {{ ordering }}) filter (where {{ measure }} is not null)
{%- endmacro %}

{# A number from 0 to below 1 that the text always gives: the first 32 bits of its MD5. #}
{% macro share_of_hash(text) -%}
    {{ return(adapter.dispatch('share_of_hash', 'cx_warehouse')(text)) }}
{%- endmacro %}

{% macro default__share_of_hash(text) -%}
    (cast(conv(substr(md5({{ text }}), 1, 8), 16, 10) as bigint) / 4294967296.0)
{%- endmacro %}

{% macro duckdb__share_of_hash(text) -%}
    (cast('0x' || substr(md5({{ text }}), 1, 8) as bigint) / 4294967296.0)
{%- endmacro %}

{# A relation with one column, `number`: 0 to `last`. #}
{% macro whole_numbers(last) -%}
    {{ return(adapter.dispatch('whole_numbers', 'cx_warehouse')(last)) }}
{%- endmacro %}

{% macro default__whole_numbers(last) -%}
    (select explode(sequence(0, {{ last }})) as number)
{%- endmacro %}

{% macro duckdb__whole_numbers(last) -%}
    (select unnest(generate_series(0, {{ last }})) as number)
{%- endmacro %}
