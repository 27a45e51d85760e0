-- One row per customer who answered NPS or spoke of the brand: what they say, do and carry.

{# A table: the window moves with every build. #}

with answers as (
    select * from {{ ref('int_nps_answers_of_customers') }}
    where submitted_at >= {{ dbt.dateadd(
        'day', '-' ~ var('advocate_window_days'), 'cast(' ~ as_of() ~ ' as date)'
    ) }}
),

spoken as (select * from {{ ref('int_advocate_mentions') }}),
origins as (select * from {{ ref('int_crm_origins') }}),
advocate_types as (select * from {{ ref('advocate_types') }}),

answers_ranked as (
    select
        customer_key,
        submitted_at,
        score_group_type,
        row_number() over (partition by customer_key order by submitted_at desc) as answer_rank
    from answers
),

latest_answers as (
    select * from answers_ranked
    where answer_rank = 1
),

{# Who wrote neutral posts alone, or as many glad as unhappy ones, takes no side. #}
judged as (
    select
        spoken.*,
        latest_answers.submitted_at as answered_at,
        coalesce(spoken.customer_key, latest_answers.customer_key) as judged_key,
        coalesce(latest_answers.score_group_type, 'no_answer') as says_type,
        case
            when spoken.customer_key is null then 'silent'
            when spoken.positive_count > spoken.negative_count then 'praises'
            when spoken.positive_count < spoken.negative_count then 'complains'
            else 'balanced'
        end as does_type,
        case latest_answers.score_group_type
            when 'promoter' then cast(100 as double)
            when 'passive' then cast(0 as double)
            when 'detractor' then cast(-100 as double)
        end as says_points
    from latest_answers
    full outer join spoken on latest_answers.customer_key = spoken.customer_key
),

final as (
    select
        judged.judged_key as customer_key,
        judged.answered_at,
        judged.last_mentioned_at,
        coalesce(origins.origin_type, 'unknown') as origin_type,
        judged.says_type,
        judged.does_type,
        advocate_types.advocate_type,
        coalesce(judged.mention_count, 0) as mention_count,
        coalesce(judged.positive_count, 0) as positive_count,
        coalesce(judged.negative_count, 0) as negative_count,
        cast(coalesce(judged.passed_on_count, 0) as bigint) as passed_on_count,
        cast(judged.seen_count as bigint) as seen_count,
        judged.says_points,
        judged.does_points,
        judged.carries_points,
        judged.does_points - judged.says_points as does_less_says_points,
        judged.carries_points - judged.does_points as carries_less_does_points
    from judged
    inner join advocate_types
        on
            judged.says_type = advocate_types.says_type
            and judged.does_type = advocate_types.does_type
    left join origins on judged.judged_key = origins.customer_key
)

select * from final
