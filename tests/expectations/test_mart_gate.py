"""A build that would show wrong numbers is refused, and says which."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from expectations.errors import MartsRefused, UnknownCheck
from expectations.marts.gate import check_marts
from expectations.marts.keys import KEYS, keys_of_marts
from expectations.marts.ties import TIES
from expectations.results import Outcome, Severity, Verdict
from extract.errors import CorruptFile
from tests.expectations.marts_world import AS_OF, days_before, write_marts, write_touched


def judged(tmp_path: Path, *changes: str, before: bool = True) -> Verdict:
    """Judge marts with changes against a release without them."""
    marts = write_marts(tmp_path / "build" / "cx_warehouse.duckdb", *changes)
    previous = write_marts(tmp_path / "release" / "cx_warehouse.duckdb") if before else None
    return check_marts(marts, previous, AS_OF, tmp_path / "results")


def warned(verdict: Verdict) -> set[str]:
    """Return the warnings but those about marts that the small world leaves out."""
    failed = verdict.failed(Severity.WARN)
    return {c.check for c in failed if not c.message.startswith("not judged")}


def test_marts_that_tie_pass(tmp_path: Path) -> None:
    verdict = judged(tmp_path)
    assert verdict.outcome is Outcome.PASSED
    assert warned(verdict) == set()
    assert verdict.rows == 2150 * 2 + 43 * 5 * 2
    assert {c.suite for c in verdict.checks} == {
        "marts.release",
        "marts.fct_calls",
        "marts.fct_touchpoints",
        "marts.agg_experience_daily",
    }


def test_the_first_build_is_judged_without_a_release(tmp_path: Path) -> None:
    assert judged(tmp_path, before=False).outcome is Outcome.PASSED


BROKEN = {
    "call_id_is_unique": "update marts.fct_calls set call_id = 1 where call_id = 2",
    "call_id_is_there": "update marts.fct_calls set call_id = null where call_id = 2",
    "talk_seconds_in_range": (
        "update marts.fct_calls set talk_seconds = -1, handle_seconds = 29 where call_id = 2"
    ),
    "handle_time_is_talk_hold_and_wrap_up": (
        "update marts.fct_calls set hold_seconds = 10 where call_id = 2"
    ),
    "offered_is_answered_or_abandoned": (
        "update marts.fct_calls set is_offered = false where call_id = 2"
    ),
    "calls_are_counted_like_fct_calls": (
        "insert into marts.fct_touchpoints select * replace ('x' as touchpoint_key) "
        "from marts.fct_touchpoints limit 1"
    ),
    "asa_seconds_adds_up_to_fct_calls": (
        "update marts.fct_calls set queue_seconds = 999 where call_id = 2"
    ),
    "value_is_sum_over_count": (
        "update marts.agg_experience_daily set value = value + 1 where metric_slug = 'aht_seconds'"
    ),
    "margin_follows_from_the_sums": (
        "update marts.agg_experience_daily set margin_of_error = 1 where metric_slug = 'nps'"
    ),
    "values_lie_in_the_range_of_their_metric": (
        "update marts.agg_experience_daily set score_sum = score_sum + 2 * sample_count, "
        "value = value + 2 where metric_slug = 'abandonment_rate'"
    ),
    "channels_add_up_to_all": (
        "update marts.agg_experience_daily set sample_count = sample_count + 1, "
        "score_sum = score_sum + value where segment_type = 'channel' and metric_slug = 'nps'"
    ),
    "nps_less_nps_strict_is_the_passive_share": (
        "update marts.agg_experience_daily set value = value + 80, "
        "score_sum = score_sum + 80 * sample_count where metric_slug = 'nps_strict'"
    ),
    "closed_days_stand_still": (
        "update marts.agg_experience_daily set value = value + 1e-6, "
        "score_sum = score_sum + 1e-6 * sample_count "
        f"where metric_slug = 'nps' and booked_on = date '{days_before(9)}'"
    ),
    "rows_are_kept": "delete from marts.fct_touchpoints where started_on < date '2026-07-25'",
    "columns_are_kept": "alter table marts.fct_calls drop agent_count",
    "marts_are_all_there": "drop table marts.fct_touchpoints",
}


@pytest.mark.parametrize("check", BROKEN)
def test_the_gate_refuses_marts_and_names_what_is_broken(tmp_path: Path, check: str) -> None:
    with pytest.raises(MartsRefused, match=rf"{check}: .*last release stays.*marts_refused\.md"):
        judged(tmp_path, BROKEN[check])


JUMP = (
    "update marts.agg_experience_daily set value = -90, score_sum = -90 * sample_count, "
    "score_squared_sum = 8200 * sample_count, margin_of_error = 1.96 * sqrt(100 / sample_count) "
    f"where metric_slug = 'nps' and booked_on = date '{days_before(3)}'"
)


def test_a_jump_beyond_chance_is_told_and_not_refused(tmp_path: Path) -> None:
    strict = JUMP.replace("'nps'", "'nps_strict'").replace("-90", "-100").replace("8200", "10100")
    verdict = judged(tmp_path, JUMP, strict, before=False)
    assert "nps_does_not_jump" in warned(verdict)
    told = next(c.message for c in verdict.checks if c.check == "nps_does_not_jump")
    assert "is -90.00, usual is 30.00" in told


def test_a_moment_in_the_future_is_told(tmp_path: Path) -> None:
    change = "update marts.fct_calls set started_at = timestamp '2030-01-01' where call_id = 2"
    assert "started_at_in_range" in warned(judged(tmp_path, change))


def test_a_few_rows_less_are_told_and_not_refused(tmp_path: Path) -> None:
    change = "create table marts.fct_mentions as select range as post_id from range(100)"
    marts = write_marts(
        tmp_path / "a.duckdb", change, "delete from marts.fct_mentions where post_id = 1"
    )
    previous = write_marts(tmp_path / "b.duckdb", change)
    verdict = check_marts(marts, previous, AS_OF, tmp_path / "results")
    assert "rows_do_not_shrink" in warned(verdict)


UPLIFT = "create table marts.agg_audience_uplift as select 'a' as audience_slug, {} as {}"


def test_a_difference_of_rates_may_be_below_zero(tmp_path: Path) -> None:
    passed = judged(tmp_path, UPLIFT.format(-0.05, "uplift_low_rate"), before=False)
    assert passed.outcome is Outcome.PASSED
    for value, name in ((-1.05, "uplift_low_rate"), (-0.05, "member_outcome_rate")):
        with pytest.raises(MartsRefused, match=f"{name}_in_range"):
            judged(tmp_path, UPLIFT.format(value, name), before=False)


@pytest.mark.parametrize(("now", "fits"), [(60, True), (40, False)])
def test_a_list_of_who_is_so_now_may_shrink_and_not_be_halved(
    tmp_path: Path, now: int, fits: bool
) -> None:
    """People leave an audience; a fact that lost as many rows is refused above."""
    change = "create table marts.agg_audience_members as select range as n from range({})"
    marts = write_marts(tmp_path / "a.duckdb", change.format(now))
    previous = write_marts(tmp_path / "b.duckdb", change.format(100))
    if fits:
        verdict = check_marts(marts, previous, AS_OF, tmp_path / "r")
        assert "rows_do_not_shrink" not in warned(verdict)
    else:
        with pytest.raises(MartsRefused, match=f"rows_are_kept: .* has {now} rows"):
            check_marts(marts, previous, AS_OF, tmp_path / "r")


def test_rows_that_are_held_no_more_are_no_loss(tmp_path: Path) -> None:
    mart = "marts.fct_quarantined_rows"
    change = f"create table {mart} as select range as row_id from range(100)"
    marts = write_marts(tmp_path / "a.duckdb", change, f"delete from {mart} where row_id > 4")
    previous = write_marts(tmp_path / "b.duckdb", change)
    assert check_marts(marts, previous, AS_OF, tmp_path / "results").outcome is Outcome.PASSED


def test_stale_marts_are_told(tmp_path: Path) -> None:
    marts = write_marts(tmp_path / "a.duckdb")
    verdict = check_marts(marts, None, AS_OF.replace(day=9), tmp_path / "results")
    assert "newest_day_is_fresh" in warned(verdict)


def test_a_day_that_the_build_declares_touched_may_change(tmp_path: Path) -> None:
    change = BROKEN["closed_days_stand_still"]
    build, release = tmp_path / "build", tmp_path / "release"
    marts = write_marts(build / "cx_warehouse.duckdb", change)
    previous = write_marts(release / "cx_warehouse.duckdb")
    write_touched(release / "private" / "warehouse.duckdb", 1, days_before(9))
    write_touched(build / "warehouse.duckdb", 1, days_before(9))
    with pytest.raises(MartsRefused, match="closed_days_stand_still"):
        check_marts(marts, previous, AS_OF, tmp_path / "results")
    write_touched(build / "warehouse.duckdb", 2, days_before(9))
    assert check_marts(marts, previous, AS_OF, tmp_path / "results").outcome is Outcome.PASSED


def test_a_provisional_day_may_change(tmp_path: Path) -> None:
    change = BROKEN["closed_days_stand_still"].replace(days_before(9), days_before(1))
    assert judged(tmp_path, change).outcome is Outcome.PASSED


def test_a_failure_that_somebody_takes_on_is_told_and_not_refused(tmp_path: Path) -> None:
    marts = write_marts(tmp_path / "a.duckdb", BROKEN["columns_are_kept"])
    previous = write_marts(tmp_path / "b.duckdb")
    verdict = check_marts(marts, previous, AS_OF, tmp_path / "r", accept=["columns_are_kept"])
    told = next(c for c in verdict.failed(Severity.WARN) if c.check == "columns_are_kept")
    assert "accepted by hand" in told.message


def test_a_defect_cannot_be_taken_on(tmp_path: Path) -> None:
    marts = write_marts(tmp_path / "a.duckdb")
    with pytest.raises(UnknownCheck, match="no matter of opinion"):
        check_marts(marts, None, AS_OF, tmp_path / "r", accept=["call_id_is_unique"])


def test_the_gate_leaves_no_trace_in_the_marts(tmp_path: Path) -> None:
    marts = write_marts(tmp_path / "a.duckdb")
    before = marts.read_bytes()
    marts.chmod(0o444)
    check_marts(marts, None, AS_OF, tmp_path / "r")
    assert marts.read_bytes() == before
    assert not list(tmp_path.glob("*.wal"))


def test_a_damaged_marts_file_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(CorruptFile, match=r"a\.duckdb cannot be opened"):
        check_marts(tmp_path / "a.duckdb", None, AS_OF, tmp_path / "r")


def test_results_of_a_refusal_are_written_too(tmp_path: Path) -> None:
    with pytest.raises(MartsRefused):
        judged(tmp_path, BROKEN["call_id_is_unique"])
    rows = duckdb.execute(
        f"select suite_name, check_name, severity_type, observed, runbook_slug "
        f"from '{tmp_path}/results/dt=2026-09-01/*.parquet' where not is_success "
        "and severity_type = 'refuse'"
    ).fetchall()
    assert ("marts.fct_calls", "call_id_is_unique", "refuse", 1.0, "marts_refused") in rows


def test_a_tie_whose_columns_are_gone_says_that_it_was_not_judged(tmp_path: Path) -> None:
    change = "alter table marts.fct_calls drop is_abandoned"
    marts = write_marts(tmp_path / "a.duckdb", change)
    verdict = check_marts(marts, None, AS_OF, tmp_path / "r")
    told = next(c for c in verdict.checks if c.check == "offered_is_answered_or_abandoned")
    assert not told.success
    assert "no fct_calls.is_abandoned" in told.message


def test_every_tie_speaks_of_a_mart_with_a_known_key() -> None:
    assert {tie.mart for tie in TIES} <= set(KEYS)


def test_keys_come_from_the_tests_that_dbt_knows(tmp_path: Path) -> None:
    model = {"name": "fct_orders", "schema": "marts", "attached_node": None}
    unique = {
        "attached_node": "model.orders",
        "test_metadata": {"name": "unique", "kwargs": {"column_name": "order_id"}},
    }
    together = {
        "attached_node": "model.orders",
        "test_metadata": {"name": "is_unique_together", "kwargs": {"columns": ["a", "b"]}},
    }
    nodes = {"model.orders": model, "test.1": unique, "test.2": together}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes}))
    assert keys_of_marts(path)["fct_orders"] == (("a", "b"), ("order_id",))
    assert keys_of_marts(path)["dim_date"] == (("date_on",),)
