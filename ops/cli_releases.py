"""`cxw rollback` and `cxw releases`: which release readers see."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def rollback(
    to: Annotated[str | None, typer.Option(help="A release of `cxw releases`")] = None,
) -> None:
    """Show the release before the current one again, or the one named."""
    from ops import publish as publishing  # noqa: PLC0415

    release = publishing.rollback(_settings().data_dir, to)
    typer.echo(f"release {release.id} is current; the next build starts from it")


def releases() -> None:
    """List the releases that stand; the current one is marked."""
    from ops import publish as publishing  # noqa: PLC0415

    data = _settings().data_dir
    now = publishing.current(data)
    for release in publishing.releases(data):
        mark = "*" if now and release.id == now.id else " "
        rows = sum(release.manifest["rows"].values())
        typer.echo(f"{mark} {release.id}  as of {release.as_of:%Y-%m-%d %H:%M} UTC  {rows:,} rows")
    if now is None:
        typer.echo("no release yet; cxw run makes the first")


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()
