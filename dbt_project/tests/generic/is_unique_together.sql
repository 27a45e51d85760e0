{# The columns form a key: no two rows have the same values in all of them. #}

{% test is_unique_together(model, columns) %}

select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
