"""`cxw rollback`, `cxw releases` and `cxw diff`: which release readers see, and what it is."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def rollback(
    to: Annotated[str | None, typer.Option(help="A release of `cxw releases`")] = None,
) -> None:
    """Show the release before the current one again, or the one named."""
    from ops import rollback, steps  # noqa: PLC0415

    settings = _settings()
    release = rollback.rollback(settings.data_dir, steps.now(settings), to)
    typer.echo(f"release {release.id} is current; the next build starts from it")


def releases(
    name: Annotated[str | None, typer.Argument(help="One release: what went in")] = None,
) -> None:
    """List the releases that stand, the current one marked; of one, say what it is made of."""
    from ops import publish as publishing  # noqa: PLC0415
    from ops import release_diff  # noqa: PLC0415

    data = _settings().data_dir
    if name:
        said = publishing.named(data, name).manifest
        typer.echo(f"as of {said['as_of']}, built {said['built_at']}, code {said['code_version']}")
        typer.echo(
            f"from {said['base'] or 'nothing'} and {len(said['files_consumed']):,} new files"
        )
        for line in release_diff.lines(said["changes"], {}, {}):
            typer.echo(line)
        for mart, grade in said.get("grades", {}).items():
            typer.echo(f"trust {grade}  {mart}")
        return
    now = publishing.current(data)
    for release in publishing.releases(data):
        mark = "*" if now and release.id == now.id else " "
        rows = sum(release.manifest["rows"].values())
        grade = release.manifest.get("grades", {}).get("agg_experience_daily", "-")
        typer.echo(
            f"{mark} {release.id}  as of {release.as_of:%Y-%m-%d %H:%M} UTC  {rows:,} rows  "
            f"{len(release.manifest['changes'])} marts changed  trust {grade}"
        )
    if now is None:
        typer.echo("no release yet; cxw run makes the first")


def diff(
    older: Annotated[str, typer.Argument(help="A release of `cxw releases`")],
    newer: Annotated[str, typer.Argument(help="Another one")],
) -> None:
    """Say what changed from one release to another: rows by mart, columns, definitions, trust.

    **Example**: `cxw diff 20260928T000000Z-000001 20260929T000000Z-000002`
    """
    from expectations.marts.keys import keys_of_marts  # noqa: PLC0415
    from ops import publish as publishing  # noqa: PLC0415
    from ops import release_diff  # noqa: PLC0415

    settings = _settings()
    old, new = (publishing.named(settings.data_dir, name) for name in (older, newer))
    keys = keys_of_marts(settings.dbt_target / "manifest.json")
    told = release_diff.changes(old.marts, new.marts, keys)
    for line in list(release_diff.lines(told, old.manifest, new.manifest)) or ["nothing changed"]:
        typer.echo(line)


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()
