{# What a mart stands on and who reads it, from dbt's own graph: never typed, so never out of date. #}

{# Pairs of a mart and a stream of the lake behind it. What tells of the pipeline itself (the folder
   operations) stands on no stream: it is made to be read when streams fail. #}
{% macro streams_of_marts() -%}
    {%- set found = [] -%}
    {%- set known = {} -%}
    {%- for node in marts_of_graph() if node.fqn[2] != 'operations' -%}
        {%- for key in sources_behind(node.unique_id, known) -%}
            {%- set stream = graph.sources[key] -%}
            {%- do found.append((node.name, stream.source_name, stream.name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The sources that a node reads, over all steps; `known` remembers what was asked before. #}
{% macro sources_behind(key, known) -%}
    {%- if key not in known -%}
        {%- set found = [] -%}
        {%- for parent in (graph.nodes[key].depends_on.nodes if key in graph.nodes else []) -%}
            {%- do found.extend(sources_behind(parent, known)) -%}
        {%- endfor -%}
        {%- do known.update({key: [key] if key in graph.sources else found | unique | list}) -%}
    {%- endif -%}
    {{ return(known[key]) }}
{%- endmacro %}

{# Triples of a mart, a reader that an exposure declares, and who answers for the reader. #}
{% macro readers_of_marts() -%}
    {%- set found = [] -%}
    {%- set names = {} -%}
    {%- for node in marts_of_graph() -%}
        {%- do names.update({node.unique_id: node.name}) -%}
    {%- endfor -%}
    {%- for reader in (graph.exposures.values() if execute else []) -%}
        {%- for key in reader.depends_on.nodes if key in names -%}
            {%- do found.append((names[key], reader.label or reader.name, reader.owner.name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The marts of the project; none while dbt only reads it. #}
{% macro marts_of_graph() -%}
    {%- set found = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) -%}
        {%- if node.resource_type == 'model' and node.fqn[1] == 'marts' -%}
            {%- do found.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The marts by name, as rows of one text. #}
{% macro names_of_marts() -%}
    {%- set found = [] -%}
    {%- for node in marts_of_graph() -%}
        {%- do found.append((node.name,)) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# A relation of texts that a template knows: one row per tuple. #}
{% macro rows_of(rows, columns) -%}
    {%- if not rows -%}
        {%- set kinds = {} -%}
        {%- for name in columns -%}{%- do kinds.update({name: 'string'}) -%}{%- endfor -%}
        {{ return(no_rows(kinds)) }}
    {%- endif -%}
    (
        select * from (
            values
            {%- for row in rows %}
            (
                {%- for text in row -%}
                '{{ text | replace("'", "''") }}'{{ ', ' if not loop.last }}
                {%- endfor -%}
            ){{ ',' if not loop.last }}
            {%- endfor %}
        ) as known ({{ columns | join(', ') }})
    )
{%- endmacro %}

{# After either of the two is built: the headline numbers carry the grade of their mart. It is set
   here and not joined, because a grade tells of the pipeline: joined, every stream would stand behind
   every number. Whichever is built last sets it; where the other is not there, nothing happens. #}
{% macro carry_trust() -%}
    {%- if execute -%}
        {#- The adapter does not know yet what was created a moment ago: the catalogue does. -#}
        {%- set there -%}
            select 1 from information_schema.tables
            where
                table_catalog = '{{ this.database }}' and table_schema = '{{ this.schema }}'
                and table_name in ('agg_experience_daily', 'agg_mart_trust')
        {%- endset -%}
        {%- if run_query(there) | length == 2 -%}
            {%- set place = this.database ~ '.' ~ this.schema -%}
            update {{ place }}.agg_experience_daily set trust_grade = (
                select graded.trust_grade from {{ place }}.agg_mart_trust as graded
                where graded.mart_name = 'agg_experience_daily'
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
