"""`cxw backup` and `cxw restore`: what cannot be made again, kept elsewhere and brought back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

Address = Annotated[str, typer.Argument(help="A folder, or an address like s3://bucket/folder")]


def backup(
    target: Address,
    keep: Annotated[int, typer.Option(min=1, help="So many backups stay; older ones go")] = 14,
) -> None:
    """Keep the lake, the release in service, Airflow's SQLite and the goals elsewhere.

    The pipeline may run meanwhile. What the target holds already is not copied again.

    **Example**: `cxw backup s3://warehouse-backups/cxw`
    """
    from ops import backup as backups  # noqa: PLC0415
    from ops import steps  # noqa: PLC0415

    settings = _settings()
    made = backups.backup(settings, target, steps.machine_time(), keep)
    typer.echo(
        f"backup {made.name}: {made.files:,} files, {_megabytes(made.size)}, release "
        f"{made.release or 'none'}; copied {made.copied:,} files, {_megabytes(made.copied_size)}"
    )


def restore(
    source: Address,
    name: Annotated[
        str | None, typer.Option("--backup", help="A backup by its name; without it, the newest")
    ] = None,
) -> None:
    """Bring a backup back into an empty data folder, every file checked by its hash.

    **Example**: `CXW_DATA_DIR=/srv/cxw/data cxw restore s3://warehouse-backups/cxw`
    """
    from ops import backup as backups  # noqa: PLC0415

    settings = _settings()
    done = backups.restore(settings, source, name)
    typer.echo(
        f"backup {done.name} restored: {done.files:,} files, {_megabytes(done.size)}, "
        f"release {done.release or 'none'}"
    )
    typer.echo(
        f"not in it: what landed or was decided after {done.name}; releases before this one; a "
        "build in progress; logs and rendered docs"
    )
    if backups.goals_differ(settings):
        typer.echo(f"goals: {backups.GOALS} in the data folder is not the project's; compare them")
    typer.echo("next: cxw gaps names the intervals to read again; cxw run, or unpause the DAGs")


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()
