-- One row per programme, period, comparison and cell of likes: sums of both sides.

with low_marks as (
    select * from {{ ref('int_low_marks_followed') }}
    where followed_at is not null
),

{# Care against none, and none against none: who got no care is split by the hash of the answer. #}
compared as (
    select
        low_marks.*,
        'care' as comparison_type,
        low_marks.is_cared as is_treated
    from low_marks
    union all
    select
        low_marks.*,
        'a_a' as comparison_type,
        substr(md5('a_a|' || low_marks.touchpoint_key), 1, 1) < '8' as is_treated
    from low_marks
    where not low_marks.is_cared
),

sides as (
    select
        compared.programme_slug,
        compared.period_on,
        compared.comparison_type,
        compared.is_called_first,
        compared.has_recent_contact,
        compared.is_treated,
        count(*) as mark_count,
        sum(case when compared.is_recovered then 1 else 0 end) as recovered_count,
        avg(compared.score) as score_mean,
        avg(compared.score_change) as change_mean,
        var_pop(compared.score) * count(*) as score_squares,
        var_pop(compared.score_change) * count(*) as change_squares,
        covar_pop(compared.score, compared.score_change) * count(*) as cross_squares
    from compared
    group by
        compared.programme_slug,
        compared.period_on,
        compared.comparison_type,
        compared.is_called_first,
        compared.has_recent_contact,
        compared.is_treated
),

{% set kept = ['mark_count', 'recovered_count', 'score_mean', 'change_mean'] %}
final as (
    select
        sides.programme_slug,
        sides.period_on,
        sides.comparison_type,
        sides.is_called_first,
        sides.has_recent_contact,
        {% for name in kept %}
        max(case when sides.is_treated then sides.{{ name }} end) as treated_{{ name }},
        max(case when not sides.is_treated then sides.{{ name }} end) as control_{{ name }},
        {% endfor %}
        sum(sides.score_squares) as score_squares,
        sum(sides.change_squares) as change_squares,
        sum(sides.cross_squares) as cross_squares
    from sides
    group by
        sides.programme_slug,
        sides.period_on,
        sides.comparison_type,
        sides.is_called_first,
        sides.has_recent_contact
)

select * from final
