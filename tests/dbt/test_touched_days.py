"""What leaves no row behind to tell of it changes the days that it had changed all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.desk_records import REPLY, Clocks
from tests.dbt.service_records import answer, build_scored, forked, reading, ticket
from tests.dbt.tiny_lake import TinyLake, post
from tests.dbt.warehouse import Warehouse

pytestmark = pytest.mark.slow
MODELS = {
    "fct_mentions": "marts",
    "fct_post_snapshots": "marts",
    "fct_sla_clocks": "marts",
    "fct_survey_responses": "marts",
    "fct_ticket_status_periods": "marts",
    "fct_touchpoints": "marts",
    "int_texts_topics": "intermediate",
}
BUILT = (*MODELS, *(f"path:models/intermediate,+{name}" for name in MODELS))
OWN = post("8", "111", "northwind", "2026-06-20 10:00", "northwind opens in Ghent")


def events(clocks: Clocks, day: str) -> list:
    return [row for row in clocks.rows if row.payload["time"].startswith(day)]


def before(lake: TinyLake) -> None:
    """Land two answers of a quarter, three readings of a post, a ticket's clocks and two posts."""
    answers = [
        answer("a1", "2026-06-10", "nps", 3, "c1"),
        answer("a2", "2026-06-20", "nps", 9, "c1"),
    ]
    lake.land("hubspot.feedback_submissions", answers, "2026-06-20")
    for day, likes in (("21", 1), ("22", 5), ("23", 6)):
        counted = [reading("9", "2026-06-20 10:00", likes)]
        lake.land("x.post_metrics", counted, f"2026-06-{day}")
    lake.land("zendesk.tickets", [ticket(10, "2026-06-20 08:00")], "2026-06-20")
    for day, rows in clocks().items():
        lake.land("zendesk.ticket_metric_events", rows, day)
    mine = post("7", "222", "ann", "2026-06-20 09:00", "@northwind where is my parcel?")
    lake.land("x.search_posts", [mine, OWN], "2026-06-20")


def clocks() -> dict[str, list]:
    """Make the clocks of a ticket that is answered and solved five days after it was opened."""
    told = Clocks()
    told.status(10, "activate", "2026-06-20 08:00")
    told.tell(10, REPLY, "activate", "2026-06-20 08:00")
    told.promise(10, 60, "2026-06-20 08:00")
    told.tell(10, REPLY, "fulfill", "2026-06-25 09:00")
    told.status(10, "fulfill", "2026-06-25 09:00")
    return {day: events(told, day) for day in ("2026-06-20", "2026-06-25")}


def after(lake: TinyLake) -> None:
    """Let an answer leave its quarter; read days again without what was there; know us late."""
    moved = answer("a2", "2026-07-02", "nps", 9, "c1", changed="2026-07-02")
    lake.land("hubspot.feedback_submissions", [moved], "2026-07-02")
    lake.land("x.post_metrics", [], "2026-06-22")
    lake.land("zendesk.ticket_metric_events", [], "2026-06-25")
    lake.land("x.search_posts", [OWN], "2026-06-20")
    lake.land("x.own_posts", [OWN], "2026-06-20")


def content(warehouse: Warehouse, name: str) -> list[tuple]:
    database = "cx_warehouse" if MODELS[name] == "marts" else "warehouse"
    columns = "select columns(lambda c: c <> '_build_id')"
    return warehouse.rows(f"{columns} from {database}.{MODELS[name]}.{name} order by all")


def test_a_build_forgets_what_a_full_refresh_would_not_find(
    new_warehouse: Callable[[Path], Warehouse], tmp_path: Path
) -> None:
    stepwise = new_warehouse(tmp_path / "stepwise")
    before(stepwise.lake)
    build_scored(stepwise, *BUILT)
    first = {name: content(stepwise, name) for name in MODELS}
    after(stepwise.lake)
    build_scored(stepwise, *BUILT)
    anew = forked(stepwise, tmp_path / "anew")
    build_scored(anew, *BUILT, full_refresh=True)
    for name in MODELS:
        assert content(stepwise, name) == content(anew, name), name
        assert content(stepwise, name) != first[name], name
