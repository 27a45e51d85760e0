{# Texts that no source holds any more: without them the topics are those of a full refresh. #}
{% macro delete_texts_that_are_gone() -%}
    delete from {{ this }}
    where text_sha not in (select text_sha from {{ ref('int_texts_to_score') }})
{%- endmacro %}

{# Words of a text in lower case with one space before, between and after: ' no answer from you '. #}
{% macro spaced_words(text) -%}
    {{ return(adapter.dispatch('spaced_words', 'cx_warehouse')(text)) }}
{%- endmacro %}

{% macro default__spaced_words(text) -%}
    (' ' || trim(regexp_replace(lower({{ text }}), '[^a-z0-9\\x27]+', ' ')) || ' ')
{%- endmacro %}

{% macro duckdb__spaced_words(text) -%}
    (' ' || trim(regexp_replace(lower({{ text }}), '[^a-z0-9\x27]+', ' ', 'g')) || ' ')
{%- endmacro %}

{# Student's t for an interval of 95 % from the normal quantile, by Cornish and Fisher: exact to 1 %
   from 5 degrees of freedom on, to 3 % at 3. #}
{% macro t_quantile(degrees) -%}
    {%- set z = var('margin_z') -%}
    (
        {{ z }}
        + {{ (z ** 3 + z) / 4 }} / {{ degrees }}
        + {{ (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 }} / ({{ degrees }} * {{ degrees }})
        + {{ (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 }}
        / ({{ degrees }} * {{ degrees }} * {{ degrees }})
    )
{%- endmacro %}
