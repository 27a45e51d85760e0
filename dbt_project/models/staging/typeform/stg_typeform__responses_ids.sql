-- One row per response that a sweep of ids has named: the newest sweep that did.

{% set structure = {'form_id': 'string', 'response_id': 'string', 'submitted_at': 'string'} %}

with decoded as {{ decoded(landed_rows('typeform', 'responses_ids'), structure) }},

final as (
    select
        decoded._pk as response_id,
        decoded.record.form_id,
        try_cast(decoded.record.submitted_at as timestamp) as submitted_at,
        decoded._interval_end as last_seen_at,
        decoded.is_deleted,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
