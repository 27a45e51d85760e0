"""`cxw goals`: lock goals before their period, and check that none was edited afterwards."""

from __future__ import annotations

from typing import Any

import typer

app = typer.Typer(help="Lock the goals of dbt_project/seeds/goals.csv, or check their locks.")


@app.command("lock")
def lock_goals() -> None:
    """Lock every goal that has no lock yet; commit the list afterwards."""
    from ops import goals, steps  # noqa: PLC0415

    settings = _settings()
    locked = goals.lock(goals.goals_file(settings), steps.now(settings))
    for line in [f"locked {name}" for name in locked] or ["every goal is locked already"]:
        typer.echo(line)


@app.command("check")
def check_goals() -> None:
    """Fail when a goal has no lock, or was edited after it was locked."""
    from ops import goals  # noqa: PLC0415

    typer.echo(f"{goals.check(goals.goals_file(_settings()))} goals, each as it was locked")


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()
