"""The command `cxw metrics`: MetricFlow over the release in service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

DAY_FORMAT = ["%Y-%m-%d"]


def metrics(
    names: Annotated[
        list[str] | None, typer.Argument(help="Metrics, like nps; without one, all are listed")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Split by this, like channel; may be repeated")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Only rows of which this holds, in MetricFlow's words")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=DAY_FORMAT, help="First day")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=DAY_FORMAT, help="Last day, exclusive")
    ] = None,
) -> None:
    """Compute metrics of the release by MetricFlow, split by whatever their facts hold.

    The numbers are those of `agg_experience_daily`, which knows channels and days alone.

    **Examples**

    - What there is: `cxw metrics`
    - By month and channel: `cxw metrics nps csat --by metric_time__month --by channel`
    """
    from ops import metric_query  # noqa: PLC0415

    asked, marts = _in_service()
    if not names:
        for name, words, parts in metric_query.listed(asked):
            typer.echo(f"{name}: {words}\n  by {', '.join(parts)}")
        return
    last = until - timedelta(days=1) if until else None
    question = metric_query.Question(names, by or (), where or (), since, last)
    columns, rows = metric_query.ask(asked, marts, question)
    typer.echo("\t".join(columns))
    for row in rows:
        typer.echo("\t".join(_shown(value) for value in row))


def _in_service() -> tuple[Any, Any]:
    from ops import metric_query, settings  # noqa: PLC0415
    from ops import publish as publishing  # noqa: PLC0415

    given = settings.load()
    release = publishing.current(given.data_dir)
    told = given.dbt_target / "semantic_manifest.json"
    if release is None or not told.exists():
        raise publishing.NoSuchRelease(
            "no release is in service",
            "metrics are computed on a release that has passed its checks",
            "make the first one with `cxw run`",
        )
    return metric_query.engine(told), release.marts


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return "" if value is None else str(value)
