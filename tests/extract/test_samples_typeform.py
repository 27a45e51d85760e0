"""Typeform's sample answer, through connector and staging, to the row written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from extract.lake import landed_path
from extract.pull import pull
from extract.typeform import TypeformSettings
from tests.dbt.warehouse import Warehouse
from tests.extract.northwind import day
from tests.extract.vendor import Answer, Vendor

SAMPLE = Path(__file__).parents[1] / "samples" / "typeform_responses.json"
NOW = datetime(2026, 7, 2, 0, 10, tzinfo=UTC)
TOKEN = "21085286190ffad1248d17c4135ee56f"


def test_response_of_the_sample_becomes_its_row(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Callable[[Path], Warehouse],
) -> None:
    vendor.say(Answer(body=json.loads(SAMPLE.read_text())["response"]["body"]))
    settings = TypeformSettings(
        base_url=vendor.url, token="secret", questions="u6nXL7:nps=nps,why=comment"
    )
    lake = tmp_path / "lake"
    manifest = pull("typeform", "responses", settings, day(1), lake, lambda: NOW, "test")
    assert (manifest.rows, manifest.invalid_rows, manifest.requests) == (1, 0, 1)
    asked = vendor.seen[0]
    assert asked.path == "/forms/u6nXL7/responses"
    assert asked.query == {
        "page_size": ["1000"],
        "response_type": ["completed"],
        "since": ["2026-06-30T23:15:00"],
        "until": ["2026-07-01T23:59:59"],
    }
    landed, raw = (
        landed_path(lake, zone, "typeform", "responses", day(1)) for zone in ("landing", "raw")
    )
    raw.parent.mkdir(parents=True)
    landed.replace(raw)
    warehouse = new_warehouse(tmp_path)
    warehouse.build("stg_typeform__responses", new_files={"typeform.responses": [str(raw)]})
    assert warehouse.rows(
        "select answer_id, response_id, form_id, question_code, customer_number,"
        " cast(submitted_at as text), cast(submitted_on as text), metric_slug, is_deleted,"
        " respondent_email, comment, score_raw, scale_min, scale_max"
        " from staging.stg_typeform__responses"
    ) == [
        (
            f"{TOKEN}|nps", TOKEN, "u6nXL7", "nps", "cust-55120", "2026-07-01 10:02:10",
            "2026-07-01", "nps", False, "mirthe.vandael@example.net", "Fast answer", 9.0, 0, 10,
        )
    ]  # fmt: skip
