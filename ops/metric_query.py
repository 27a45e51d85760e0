"""Ask a release for metrics through MetricFlow, split by what their facts hold.

MetricFlow makes the SQL from the semantic models that dbt wrote beside its manifest; DuckDB runs it
on the release's file, read-only, as any BI tool would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from extract.errors import CxwError


class MetricRefused(CxwError):
    """MetricFlow cannot answer what was asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which metrics, split by what, of which days; the last day is included."""

    metrics: Sequence[str]
    by: Sequence[str] = ()
    where: Sequence[str] = ()
    first: datetime | None = None
    last: datetime | None = None


class _DuckDb:
    """What MetricFlow wants to know of an engine before it writes SQL for it."""

    def __init__(self) -> None:
        from metricflow.protocols.sql_client import SqlEngine  # noqa: PLC0415  (seconds to import)
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer  # noqa: PLC0415

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()


def engine(semantic_manifest: Path) -> Any:
    """Return MetricFlow over the semantic models of a manifest; it may be asked many times."""
    from metricflow.engine.metricflow_engine import MetricFlowEngine  # noqa: PLC0415
    from metricflow_semantics.model.dbt_manifest_parser import (  # noqa: PLC0415
        parse_manifest_from_dbt_generated_manifest,
    )
    from metricflow_semantics.model.semantic_manifest_lookup import (  # noqa: PLC0415
        SemanticManifestLookup,
    )

    told = parse_manifest_from_dbt_generated_manifest(semantic_manifest.read_text())
    return MetricFlowEngine(SemanticManifestLookup(told), _DuckDb())


def sql(asked: Any, question: Question) -> str:
    """Return the SQL that MetricFlow writes for a question."""
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest  # noqa: PLC0415

    request = MetricFlowQueryRequest.create(
        metric_names=question.metrics,
        group_by_names=question.by or None,
        where_constraints=question.where or None,
        time_constraint_start=question.first,
        time_constraint_end=question.last,
        order_by_names=question.by or None,
    )
    try:
        text: str = asked.explain(request).sql_statement.without_descriptions.sql
    except Exception as error:
        raise MetricRefused(
            f"{', '.join(question.metrics)} by {', '.join(question.by) or 'nothing'}",
            "MetricFlow knows no such metric, or no way from its fact to what it is split by",
            "see `cxw metrics` for what there is",
        ) from error
    return text


def listed(asked: Any) -> list[tuple[str, str, list[str]]]:
    """Return each metric with its words and what it may be split by, by name."""
    return [
        (
            metric.name,
            metric.description,
            sorted(
                getattr(part, "dunder_name", part.name)  # an entity has a name alone
                for part in asked.list_group_bys([metric.name])
            ),
        )
        for metric in sorted(asked.list_metrics(), key=lambda metric: str(metric.name))
    ]


def ask(asked: Any, marts: Path, question: Question) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the names of the columns and the rows, computed on a file of marts."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        answer = connection.execute(sql(asked, question))
        return [column[0] for column in answer.description], answer.fetchall()
