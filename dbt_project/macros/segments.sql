{# A relation with every row twice: once in all, once in its channel. A mart of segments sums over it, so
   that channels add up to all. #}

{% macro in_segments(relation) -%}
    (
        select
            {{ relation }}.*,
            'all' as segment_type,
            'all' as segment_slug
        from {{ relation }}
        union all
        select
            {{ relation }}.*,
            'channel' as segment_type,
            {{ relation }}.channel_slug as segment_slug
        from {{ relation }}
    )
{%- endmacro %}
