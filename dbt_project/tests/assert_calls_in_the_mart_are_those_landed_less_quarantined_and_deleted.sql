-- No call gets lost on the way from the lake, and none comes from nowhere: of the calls in the
-- files that this build reads, each is in the mart, or deleted at the source, or quarantined in all
-- its versions. Over the new files only, so that the cost does not grow with history.

{% set landed_calls = var('lake') ~ '/raw/zendesk/calls/**/*.parquet' %}
{% set named = (var('new_files') or {}).get('zendesk.calls', []) %}
{% set files = named if var('new_files') is not none else list_files(landed_calls) %}

with landed as (
    select
        files._pk,
        count(case when files._error is null then 1 end) as accepted_count
    from {{ read_files(files) if files else no_files({'_payload': 'string'}) }} as files
    group by files._pk
),

staged as (
    select * from {{ ref('stg_zendesk__calls') }}
),

calls as (
    select * from {{ ref('fct_calls') }}
),

fates as (
    select
        landed._pk,
        case when calls.call_id is not null then 1 else 0 end as in_mart_count,
        case when coalesce(staged.is_deleted, false) then 1 else 0 end as deleted_count,
        case
            when landed.accepted_count = 0 and staged._pk is null then 1 else 0
        end as quarantined_count
    from landed
    left join staged on landed._pk = staged._pk
    left join calls on staged.call_id = calls.call_id
)

select * from fates
where in_mart_count + deleted_count + quarantined_count <> 1
union all
select
    'a call of the mart that staging does not know' as _pk,
    count(*) as in_mart_count,
    0 as deleted_count,
    0 as quarantined_count
from calls
left join staged on calls.call_id = staged.call_id and not staged.is_deleted
where staged.call_id is null
having count(*) > 0
