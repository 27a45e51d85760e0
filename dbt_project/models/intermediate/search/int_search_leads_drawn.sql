-- One row per group of pages, draw of weeks and lag: how searches go with the calls of later days.

{# Draw 0 is what was seen; in the others each week counts as often as a Poisson draw of mean 1
   says. Weeks are drawn whole, because their days hang together. The draws come from hashes: a build that
   is repeated draws the same. #}

with days as (select * from {{ ref('int_search_calls_daily') }}),

{% set back, ahead = var('search_lag_days_back'), var('search_lag_days_ahead') %}
lags as (
    select numbers.number - {{ back }} as shifted_days
    from {{ whole_numbers(back + ahead) }} as numbers
),

sums as (
    select
        searches.page_group_slug,
        searches.week_number,
        lags.shifted_days,
        count(*) as pair_count,
        sum(searches.search_excess) as x_sum,
        sum(calls.call_excess) as y_sum,
        sum(searches.search_excess * searches.search_excess) as x_squared_sum,
        sum(calls.call_excess * calls.call_excess) as y_squared_sum,
        sum(searches.search_excess * calls.call_excess) as product_sum
    from days as searches
    cross join lags
    inner join days as calls
        on
            searches.page_group_slug = calls.page_group_slug
            and lags.shifted_days = {{ days_apart('searches.report_on', 'calls.report_on') }}
    group by searches.page_group_slug, searches.week_number, lags.shifted_days
),

weeks as (
    select distinct week_number from sums
),

draws as (
    select
        weeks.week_number,
        numbers.number as draw_number,
        {{ share_of_hash(
            "cast(weeks.week_number as string) || '|' || cast(numbers.number as string)"
        ) }} as drawn_share
    from weeks
    cross join {{ whole_numbers(var('search_lead_draws')) }} as numbers
),

weighed as (
    select
        week_number,
        draw_number,
        case
            when draw_number = 0 then 1
            when drawn_share < 0.36788 then 0
            when drawn_share < 0.73576 then 1
            when drawn_share < 0.91970 then 2
            when drawn_share < 0.98101 then 3
            when drawn_share < 0.99634 then 4
            else 5
        end as weight
    from draws
),

drawn as (
    select
        sums.page_group_slug,
        weighed.draw_number,
        sums.shifted_days,
        sum(weighed.weight * sums.pair_count) as n,
        sum(weighed.weight * sums.x_sum) as x,
        sum(weighed.weight * sums.y_sum) as y,
        sum(weighed.weight * sums.x_squared_sum) as xx,
        sum(weighed.weight * sums.y_squared_sum) as yy,
        sum(weighed.weight * sums.product_sum) as xy
    from sums
    inner join weighed on sums.week_number = weighed.week_number
    group by sums.page_group_slug, weighed.draw_number, sums.shifted_days
),

final as (
    select
        page_group_slug,
        draw_number,
        shifted_days,
        n as pair_count,
        (xy - x * y / nullif(n, 0))
        / nullif(
            sqrt(greatest(xx - x * x / nullif(n, 0), 0) * greatest(yy - y * y / nullif(n, 0), 0)), 0
        ) as pair_correlation
    from drawn
)

select * from final
