"""The worked examples of docs/metrics.md, from landed records to published numbers."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.contracts.graph.semantic_manifest import SemanticManifest

from ops import metric_query, semantic_layer
from tests.dbt.service_records import answer, build_scored, call, forked, rating, ticket
from tests.dbt.tiny_lake import Row, TinyLake, post
from tests.dbt.warehouse import PROJECT, Warehouse

PAGE = (PROJECT.parent / "docs" / "metrics.md").read_text()
EXAMPLES = {
    "nps": ("2026-07-01", 10, 30.0, "+30"),
    "nps_strict": ("2026-07-01", 10, 0.0, "0"),
    "nps_per_person": ("2026-07-06", 6, 50.0, "+50"),
    "nps_follow_up": ("2026-07-07", 3, 0.0, "0"),
    "csat": ("2026-07-01", 4, 50.0, "50 %"),
    "csat_mean": ("2026-07-02", 3, 3.0, "3"),
    "csat_good_bad": ("2026-07-01", 3, 200 / 3, "66.7 %"),
    "ces_mean": ("2026-07-01", 3, 5.0, "5"),
    "asa_seconds": ("2026-07-01", 2, 25.0, "25 s"),
    "aht_seconds": ("2026-07-05", 1, 320.0, "320 s"),
    "service_level": ("2026-07-02", 3, 100 / 3, "33.3 %"),
    "abandonment_rate": ("2026-07-03", 5, 0.4, "0.4"),
    "first_response_minutes": ("2026-07-02", 1, 60.0, "60 min"),
    "net_sentiment": ("2026-07-01", 5, 40.0, "+40"),
}
DAYS, PART = ("metric_time__day",), "channel"
FROM_ANSWERS = "stg_hubspot__feedback_submissions+,+agg_experience_daily"


def nps_answers(groups: str, day: str, prefix: str) -> list[Row]:
    """Make answers from letters: p, s and d for promoter, passive and detractor."""
    scores = {"p": 9, "s": 7, "d": 0}
    return [
        answer(f"{prefix}{n}", f"{day} 08:{n:02}", "nps", scores[group], f"{prefix}{n}")
        for n, group in enumerate(groups)
    ]


def asked_again(key: str, submitted: str, score: float) -> Row:
    """Make an answer to the survey that follows a low mark."""
    row = answer(key, submitted, "nps", score, key)
    row.payload["properties"]["hs_survey_name"] = "Asked again after a low mark"
    return row


def fill(lake: TinyLake) -> None:
    """Land the examples, each on a day of its own where they would mix."""
    lake.land(
        "hubspot.feedback_submissions",
        [
            *nps_answers("pppppsssdd", "2026-07-01", "a"),
            *nps_answers("psd", "2026-07-02", "b"),
            *nps_answers("ppddsp", "2026-07-06", "g"),
            answer("g6", "2026-07-06 09:00", "nps", 10, "g2"),
            *(asked_again(f"h{n}", "2026-07-07 09:00", s) for n, s in enumerate([9, 7, 2])),
            *(answer(f"c{n}", "2026-07-01 09:00", "csat", s) for n, s in enumerate([2, 2, 1, 0])),
            *(answer(f"m{n}", "2026-07-02 09:00", "csat", s) for n, s in enumerate([2, 1, 0])),
            *(answer(f"e{n}", "2026-07-01 09:00", "ces", s) for n, s in enumerate([7, 5, 3])),
        ],
        days=7,
    )
    words = ["good", "good", "bad", "offered"]
    lake.land(
        "zendesk.satisfaction_ratings",
        [rating(n, "2026-07-01 12:00", word, 11) for n, word in enumerate(words)],
        days=7,
    )
    lake.land("zendesk.tickets", [ticket(11, "2026-07-01 23:30", reply_minutes=60)], days=7)
    lake.land(
        "zendesk.calls",
        [
            call(1, "2026-07-01 08:00", queue=10),
            call(2, "2026-07-01 08:00", queue=40),
            call(3, "2026-07-01 08:00", queue=100, status="abandoned_in_queue"),
            call(4, "2026-07-02 08:00", queue=20),
            call(5, "2026-07-02 08:00", queue=21),
            call(6, "2026-07-02 08:00", queue=5, status="abandoned_in_queue"),
            call(7, "2026-07-02 08:00", queue=6, status="abandoned_in_queue"),
            *(call(8 + n, "2026-07-03 08:00") for n in range(3)),
            *(call(11 + n, "2026-07-03 08:00", status="abandoned_in_queue") for n in range(2)),
            call(13, "2026-07-03 08:00", status="abandoned_in_ivr"),
            call(14, "2026-07-04 23:58", queue=20, talk=300, wrap_up=20),
        ],
        days=7,
    )
    texts = ["I love it, great!", "Wonderful help", "So happy", "Terrible, I hate it", "On Monday"]
    lake.land(
        "x.mentions",
        [post(str(n), f"9{n}", f"u{n}", "2026-07-01 09:00", text) for n, text in enumerate(texts)],
        days=7,
    )
    lake.land("x.own_posts", [post("50", "111", "northwind", "2026-07-01 09:00", "I love us")])


@pytest.fixture(scope="module")
def examples(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build the examples once for all tests of this file."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("examples"))
    fill(warehouse.lake)
    build_scored(warehouse)
    return warehouse


def section(slug: str) -> str:
    """Return what the page says of a metric."""
    found = re.search(rf"^## {slug}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/metrics.md has no section {slug}: describe the metric there"
    return found[1]


def definitions() -> dict[str, dict[str, str]]:
    """Return the seed of definitions by slug."""
    with (PROJECT / "seeds" / "metric_definitions.csv").open() as lines:
        return {row["metric_slug"]: row for row in csv.DictReader(lines)}


def seed(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed."""
    with (PROJECT / "seeds" / f"{name}.csv").open() as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("slug", EXAMPLES)
def test_the_warehouse_says_what_the_worked_example_says(examples: Warehouse, slug: str) -> None:
    day, count, value, told = EXAMPLES[slug]
    rows = examples.rows(
        "select sample_count, value from cx_warehouse.marts.agg_experience_daily"
        f" where metric_slug = '{slug}' and segment_type = 'all' and booked_on = date '{day}'"
    )
    assert rows == [(count, pytest.approx(value, abs=1e-9))]
    assert f"**{told}**" in section(slug)


@pytest.mark.parametrize("slug", definitions())
def test_each_metric_is_defined_argued_and_computed_by_hand(slug: str) -> None:
    text = section(slug)
    for head in ("*Definition.*", "*Rejected.*", "*Trap.*", "*Example.*"):
        assert head in text, f"docs/metrics.md, {slug}: say {head}"


def test_every_metric_of_the_seed_has_an_example() -> None:
    assert set(EXAMPLES) == set(definitions())


def test_the_margin_of_nps_is_its_closed_form(examples: Warehouse) -> None:
    """The second day has p = d = 1/3, for which the literature gives 320 / sqrt(n) in all."""
    rows = examples.rows(
        "select sample_count, margin_of_error from cx_warehouse.marts.agg_experience_daily"
        " where metric_slug = 'nps' and segment_type = 'all' order by booked_on"
    )
    assert rows[0] == (10, pytest.approx(196 * math.sqrt((0.5 + 0.2 - 0.3**2) / 10), abs=1e-9))
    assert round(rows[0][1], 2) == 48.41
    assert rows[1] == (3, pytest.approx(196 * math.sqrt(2 / 3 / 3), abs=1e-9))
    assert 2 * rows[1][1] * math.sqrt(3) == pytest.approx(320, abs=0.1)


def test_a_period_rolls_up_with_the_query_of_the_page(examples: Warehouse) -> None:
    """Days of 10, 3 and 7 answers: 5 of 20, not the mean of 30, 0 and 28.6."""
    query = re.search(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    assert query
    month = (
        query[1].replace("2026-09-01", "2026-08-01").replace(">= date '2026-08", ">= date '2026-07")
    )
    rows = examples.rows(month.replace("marts.", "cx_warehouse.marts."))
    found = {slug: (value, margin) for slug, value, margin in rows}
    promoters, detractors = 10 / 20, 5 / 20
    spread = promoters + detractors - (promoters - detractors) ** 2
    assert found["nps"] == (
        pytest.approx(100 * (promoters - detractors), abs=1e-9),
        pytest.approx(196 * math.sqrt(spread / 20), abs=1e-9),
    )
    assert set(found) == set(definitions())


def test_the_published_parameters_are_those_in_use() -> None:
    """A reader of dim_metrics must not be told a threshold that the models do not use."""
    told = {slug: json.loads(row["parameters"]) for slug, row in definitions().items()}
    scales = {(row["source_slug"], row["survey_type"]): row for row in seed("survey_scales")}
    nps = scales["hubspot", "nps"]
    assert told["nps"] == {
        "promoter_from": int(nps["upper_from"]),
        "detractor_to": int(nps["lower_to"]),
        "scale_min": int(nps["scale_min"]),
        "scale_max": int(nps["scale_max"]),
    }
    assert told["nps_strict"].items() <= told["nps"].items()
    csat, ces = scales["hubspot", "csat"], scales["hubspot", "ces"]
    assert told["csat"] == {"hubspot_0_2_satisfied_from": int(csat["upper_from"])}
    assert told["ces_mean"] == {key: int(ces[key]) for key in ("scale_min", "scale_max")}
    assert told["csat_good_bad"] == {
        r["score_type"]: int(r["score"]) for r in seed("rating_scores")
    }
    variants = {row["variant_slug"]: row for row in seed("service_level_parameters")}
    variant = variants[definitions()["service_level"]["variant_slug"]]
    limits = ("answer_within_seconds", "short_abandon_seconds")
    assert told["service_level"] == {key: int(variant[key]) for key in limits}
    values = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    assert told["csat_mean"] == {
        "rescaled_min": values["csat_mean_min"],
        "rescaled_max": values["csat_mean_max"],
    }


def test_the_latest_answer_of_a_person_takes_the_place_of_the_first(
    examples: Warehouse, tmp_path: Path
) -> None:
    """The detractor of the first day comes back as a promoter: the first answer leaves its day."""
    twin = forked(examples, tmp_path)
    back = answer("z", "2026-07-20 08:00", "nps", 9, "a9")
    twin.lake.land("hubspot.feedback_submissions", [back], day="2026-07-20")
    twin.build(FROM_ANSWERS)
    query = (
        "select cast(booked_on as text), sample_count, score_sum"
        " from cx_warehouse.marts.agg_experience_daily"
        " where metric_slug = 'nps_per_person' and segment_type = 'all' order by 1"
    )
    stepwise = twin.rows(query)
    assert stepwise == [
        ("2026-07-01", 9, 400.0),
        ("2026-07-02", 3, 0.0),
        ("2026-07-06", 6, 300.0),
        ("2026-07-20", 1, 100.0),
    ]
    twin.build(FROM_ANSWERS, full_refresh=True)
    assert twin.rows(query) == stepwise


def test_a_scale_of_one_to_ten_is_not_nps(examples: Warehouse, tmp_path: Path) -> None:
    """Its 10 would be welcome and its missing 0 unseen; what lies outside of 0 to 10 is refused."""
    twin = forked(examples, tmp_path)
    odd = [
        answer("o1", "2026-07-09 08:00", "nps", 11),
        answer("o2", "2026-07-09 08:00", "nps", None),
    ]
    twin.lake.land("hubspot.feedback_submissions", odd, day="2026-07-09")
    twin.build(FROM_ANSWERS)
    assert twin.rows(
        "select count(*) from cx_warehouse.marts.agg_experience_daily"
        " where booked_on = date '2026-07-09'"
    ) == [(0,)]


@pytest.fixture(scope="module")
def metricflow(parsed: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """MetricFlow over the semantic models as dbt writes them down."""
    path = tmp_path_factory.mktemp("semantic") / "semantic_manifest.json"
    SemanticManifest(parsed).write_json_to_file(str(path))
    return metric_query.engine(path)


def by_metricflow(metricflow: Any, warehouse: Warehouse, slug: str, *by: str) -> set[Any]:
    """Return what MetricFlow says of a metric, days without an observation left out."""
    marts = warehouse.folder / "cx_warehouse.duckdb"
    _, rows = metric_query.ask(metricflow, marts, metric_query.Question([slug], by))
    return {
        tuple(round(one, 9) if isinstance(one, float) else one for one in row)
        for row in rows
        if row[-1] is not None
    }


def by_mart(warehouse: Warehouse, slug: str, segment_type: str, columns: str) -> set[Any]:
    return set(
        warehouse.rows(
            f"select {columns}, round(value, 9) from cx_warehouse.marts.agg_experience_daily"
            f" where metric_slug = '{slug}' and segment_type = '{segment_type}'"
        )
    )


@pytest.mark.parametrize("slug", definitions())
def test_metricflow_tells_what_the_mart_tells(
    examples: Warehouse, metricflow: Any, slug: str
) -> None:
    days, parts = (by_metricflow(metricflow, examples, slug, *by) for by in (DAYS, (*DAYS, PART)))
    day = "cast(booked_on as timestamp)"
    assert days == by_mart(examples, slug, "all", day) != set()
    assert parts == by_mart(examples, slug, "channel", f"{day}, segment_slug") != set()


def test_metricflow_and_the_mart_part_when_a_fact_is_changed(
    examples: Warehouse, metricflow: Any, tmp_path: Path
) -> None:
    twin = forked(examples, tmp_path)
    twin.execute("update cx_warehouse.marts.fct_calls set queue_seconds = 9 where call_id = 1")
    told = by_metricflow(metricflow, twin, "asa_seconds", *DAYS)
    assert told != by_mart(twin, "asa_seconds", "all", "cast(booked_on as timestamp)")


def test_metricflow_splits_by_what_the_mart_of_headline_numbers_does_not_know(
    examples: Warehouse, metricflow: Any
) -> None:
    """Voice is a medium, not a channel; and a period is one mean, not a mean of days."""
    found = by_metricflow(metricflow, examples, "asa_seconds", "channel__medium_type")
    [(medium, value)] = found
    [(mean,)] = examples.rows(
        "select avg(queue_seconds) from cx_warehouse.marts.fct_calls where is_answered"
    )
    assert (medium, value) == ("voice", pytest.approx(mean))


def test_what_metricflow_cannot_answer_is_refused_in_our_words(
    examples: Warehouse, metricflow: Any
) -> None:
    marts = examples.folder / "cx_warehouse.duckdb"
    with pytest.raises(metric_query.MetricRefused, match="see `cxw metrics`"):
        metric_query.ask(metricflow, marts, metric_query.Question(["nps"], ["shoe_size"]))
    listed = {name: parts for name, _, parts in metric_query.listed(metricflow)}
    assert set(listed) == set(definitions())
    assert "channel__medium_type" in listed["nps"]


def test_the_semantic_models_are_those_of_the_definitions() -> None:
    page = (PROJECT / semantic_layer.PAGE).read_text()
    assert page == semantic_layer.render(PROJECT), "run `cxw docs`"
