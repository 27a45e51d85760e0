"""`cxw export-person` and `cxw erase`: what is held of a person, and how it is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Identifiers = Annotated[
    list[str],
    typer.Argument(help="E-mail, phone, handle, id …; where unclear `crm_contact_id:50101`"),
]

SURE = "Erase this person for good?"


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


def erase(
    identifiers: Annotated[
        list[str] | None,
        typer.Argument(help="As of `cxw export-person`; none with --resume"),
    ] = None,
    by: Annotated[str, typer.Option(help="Who orders it; readers of the receipt see it")] = "",
    why: Annotated[str, typer.Option(help="Why, like a case number; not whom it is about")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with what was ordered before")] = False,
) -> None:
    """Erase a person from lake, warehouse, releases and all that was made of them, for good.

    Older releases go. Killed at any moment, `cxw erase --resume` or the next build goes on.

    **Example**: `cxw erase ann@example.org --by Ruth --why "request 2026-118"`
    """
    from ops.erasure import command  # noqa: PLC0415  (duckdb)

    settings = _settings()
    if bool(identifiers) == resume:
        raise typer.BadParameter("name the person, or give --resume")
    if identifiers:
        for line in command.order(
            settings, identifiers, by, why, lambda: yes or typer.confirm(SURE)
        ):
            typer.echo(line)
    for line in command.resume(settings):
        typer.echo(line)


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()
