-- One row per group of pages: by how many days the searches that lead there run ahead of calls.

with drawn as (
    select * from {{ ref('int_search_leads_drawn') }}
    where pair_correlation is not null
),

days as (
    select
        page_group_slug,
        count(*) as day_count,
        cast(sum(impression_count) as bigint) as impression_count,
        cast(sum(call_count) as bigint) as call_count
    from {{ ref('int_search_calls_daily') }}
    group by page_group_slug
),

ranked as (
    select
        drawn.*,
        -- Of two lags that fit alike the one nearer to the same day.
        row_number() over (
            partition by drawn.page_group_slug, drawn.draw_number
            order by
                drawn.pair_correlation desc, abs(drawn.shifted_days) asc, drawn.shifted_days asc
        ) as fit_rank
    from drawn
),

{# Several lags were tried, so the best one looks better than it is: a lag counts as found when it
   holds in nearly every draw. #}
found as (
    select
        page_group_slug,
        max(case when draw_number = 0 then shifted_days end) as lead_delta_days,
        max(case when draw_number = 0 then pair_correlation end) as pair_correlation,
        {{ percentile('shifted_days', var('interval_low_share')) }} as lead_low_delta_days,
        {{ percentile('shifted_days', 1 - var('interval_low_share')) }} as lead_high_delta_days
    from ranked
    where fit_rank = 1
    group by page_group_slug
),

final as (
    select
        days.page_group_slug,
        coalesce(found.lead_low_delta_days > 0, false) as is_ahead,
        days.day_count,
        days.impression_count,
        days.call_count,
        cast(found.lead_delta_days as bigint) as lead_delta_days,
        cast(found.lead_low_delta_days as double) as lead_low_delta_days,
        cast(found.lead_high_delta_days as double) as lead_high_delta_days,
        found.pair_correlation
    from days
    left join found
        on
            days.page_group_slug = found.page_group_slug
            and days.day_count >= {{ var('search_lead_days_min') }}
)

select * from final
