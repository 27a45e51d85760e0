-- One row per line item of a deal: its newest version; archived ones stay, flagged.

{% set structure = {
    'id': 'string', 'createdAt': 'string', 'updatedAt': 'string',
    'properties': {
        'name': 'string', 'hs_product_id': 'string', 'hs_sku': 'string', 'quantity': 'string',
        'price': 'string', 'amount': 'string', 'hs_line_item_currency_code': 'string',
        'recurringbillingfrequency': 'string', 'createdate': 'string',
        'hs_lastmodifieddate': 'string'
    },
    'associations': {'deals': {'results': [{'id': 'string'}]}}
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'line_items'), structure) }},

final as (
    select
        decoded._pk as line_item_id,
        {{ list_first('decoded.record.associations.deals.results') }}.id as deal_id,
        decoded.record.properties.hs_product_id as product_id,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.createdate, decoded.record.createdAt)'
        ) }} as created_at,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.hs_lastmodifieddate, decoded.record.updatedAt)'
        ) }} as updated_at,
        decoded.record.properties.hs_sku as sku_code,
        decoded.record.properties.hs_line_item_currency_code as currency_code,
        decoded.record.properties.recurringbillingfrequency as billing_frequency_type,
        decoded.is_deleted,
        decoded.record.properties.name as product_name,
        try_cast(decoded.record.properties.quantity as decimal(18, 4)) as quantity,
        try_cast(decoded.record.properties.price as decimal(18, 2)) as unit_price,
        try_cast(decoded.record.properties.amount as decimal(18, 2)) as amount,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
