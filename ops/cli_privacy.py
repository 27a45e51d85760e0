"""`cxw export-person` and `cxw erase`: what is held of a person, and how it is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Identifiers = Annotated[
    list[str],
    typer.Argument(help="E-mail, phone, handle, id …; where unclear `crm_contact_id:50101`"),
]


def export_person(
    identifiers: Identifiers,
    out: Annotated[Path, typer.Option(help="The file")] = Path("person.json"),
) -> None:
    """Write everything that is held of a person as one JSON file, for an access request.

    **Example**: `cxw export-person ann@example.org --out ann.json`
    """
    from ops import steps  # noqa: PLC0415
    from ops.erasure import export, person  # noqa: PLC0415  (duckdb)

    settings = _settings()
    found = person.find(settings, identifiers)
    counted = export.export(settings, found, out, steps.now(settings))
    for name, rows in sorted(counted.items()):
        typer.echo(f"{name:<34} {rows:>8,}")
    typer.echo(f"{len(found.identifiers)} identifiers, {counted.total():,} rows in {out}")


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()
