"""The command `cxw audience`: a list of whom to write to, out of the release in service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def audience(
    slug: Annotated[str, typer.Argument(help="An audience of dbt_project/seeds/audiences.csv")],
    out: Annotated[Path | None, typer.Option(help="The file (lists/<audience>.csv)")] = None,
) -> None:
    """Write the CRM contacts of an audience as CSV: neither held out nor without consent now.

    **Examples**

    - For the mailing tool: `cxw audience win_back --out win_back.csv`
    """
    import duckdb  # noqa: PLC0415

    from ops import audiences, settings  # noqa: PLC0415
    from ops import publish as publishing  # noqa: PLC0415

    given = settings.load()
    purpose = audiences.purpose_of(given.dbt_dir / "seeds" / "audiences.csv", slug)
    release = publishing.current(given.data_dir)
    if release is None:
        raise publishing.NoSuchRelease(
            "no release is in service",
            "an audience is read from a release that has passed its checks",
            "make the first one with `cxw run`",
        )
    path = out or given.data_dir / "lists" / f"{slug}.csv"
    with duckdb.connect(str(release.marts), read_only=True) as connection:
        number = audiences.export(connection, slug, purpose, path)
    typer.echo(f"{number} contacts of {slug} as of {release.as_of:%Y-%m-%d} in {path}")
