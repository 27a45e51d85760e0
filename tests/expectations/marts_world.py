"""A small marts file whose numbers tie, written fresh for each test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
FIRST_DAY = "date '2026-07-20'"
CALLS = f"""
create table marts.fct_calls as
select
    i as call_id, md5('call' || i) as touchpoint_key,
    {FIRST_DAY} + cast(i % 43 as integer) as started_on,
    cast({FIRST_DAY} + cast(i % 43 as integer) as timestamp) + interval 9 hour as started_at,
    true as is_offered, i % 10 <> 0 as is_answered, i % 10 = 0 as is_abandoned,
    cast(10 + i % 7 as bigint) as queue_seconds, cast(200 + i % 11 as bigint) as talk_seconds,
    cast(0 as bigint) as hold_seconds, cast(30 as bigint) as wrap_up_seconds,
    cast(230 + i % 11 as bigint) as handle_seconds, cast(1 as bigint) as agent_count
from range(1, 2151) as numbers(i)
"""
EXPERIENCE = f"""
create table marts.agg_experience_daily as
with answers as (
    select 'nps' as metric_slug, day, case when i % 10 < 5 then 100 when i % 10 < 8 then 0
        else -100 end as score
    from (select {FIRST_DAY} + cast(i % 43 as integer) as day, i // 43 as i from range(860) as r(i))
), strict as (
    select 'nps_strict' as metric_slug, day, case when score = 100 then 100 else -100 end as score
    from answers
), calls as (
    select 'asa_seconds' as metric_slug, started_on as day, queue_seconds as score
    from marts.fct_calls where is_answered
    union all
    select 'aht_seconds', started_on, handle_seconds from marts.fct_calls where is_answered
    union all
    select 'abandonment_rate', started_on, case when is_abandoned then 1 else 0 end
    from marts.fct_calls
), observed as (
    select * from answers union all select * from strict union all select * from calls
), split as (
    select *, 'all' as segment_type, 'all' as segment_slug from observed
    union all
    select *, 'channel', 'voice' from observed
)
select
    metric_slug, segment_type, segment_slug, day as booked_on,
    day > date '2026-08-29' as is_provisional, count(*) as sample_count,
    avg(score) as value,
    case when count(*) > 1 then 1.96 * sqrt(greatest(avg(score * score) - avg(score) ** 2, 0)
        / count(*)) end as margin_of_error,
    cast(sum(score) as double) as score_sum, cast(sum(score * score) as double) as score_squared_sum
from split group by all
"""
TOUCHPOINTS = """
create table marts.fct_touchpoints as
select touchpoint_key, 'call' as touchpoint_type, started_at, started_on from marts.fct_calls
"""


def write_marts(path: Path, *changes: str) -> Path:
    """Write the marts, then apply the changes that a test wants to see refused."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        for statement in (CALLS, EXPERIENCE, TOUCHPOINTS, *changes):
            con.execute(statement)
    return path


def write_touched(path: Path, build: int, *days: str) -> Path:
    """Write a warehouse file whose log says which days a build booked anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("create schema if not exists intermediate")
        con.execute(
            "create table if not exists intermediate.int_metric_days_touched "
            "(booked_on date, _build_id integer)"
        )
        for day in days:
            con.execute(
                "insert into intermediate.int_metric_days_touched values (?, ?)", [day, build]
            )
    return path


def days_before(days: int) -> str:
    """Name a day so long before the as-of moment."""
    return f"{AS_OF - timedelta(days=days):%Y-%m-%d}"
