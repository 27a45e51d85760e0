"""`cxw quarantine`: rows that the lake gate holds back, and what a person says to them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

app = typer.Typer(
    help="List, show, release and drop the rows that the lake gate holds back.",
    no_args_is_help=True,
)
Rows = Annotated[list[str], typer.Argument(help="Rows of `cxw quarantine list`")]
By = Annotated[str, typer.Option(help="Who decides")]
Why = Annotated[str, typer.Option(help="Why, in a few words; it stays in the lake")]


@app.command("list")
def list_rows(
    stream: Annotated[str | None, typer.Argument(help="One stream, like zendesk.calls")] = None,
    most: Annotated[int, typer.Option(help="At most so many")] = 50,
) -> None:
    """List the rows that are held: name, stream, interval, reason."""
    from ops import quarantine  # noqa: PLC0415  (duckdb)

    for line in quarantine.lines(_settings(), stream, most):
        typer.echo(line)


@app.command()
def show(row: Annotated[str, typer.Argument(help="A row of `cxw quarantine list`")]) -> None:
    """Show a row as it came, with its file, its reason and what was decided; it may be personal."""
    from ops import quarantine  # noqa: PLC0415  (duckdb)

    for line in quarantine.shown(_settings(), row):
        typer.echo(line)


@app.command()
def release(rows: Rows, by: By, why: Why) -> None:
    """Let rows pass as they are; the next build reads them as if they had never been held.

    **Example**: `cxw quarantine release 3f9a0c1b2d4e --by Ann --why "a real call of nine hours"`
    """
    _decide(rows, "release", by, why)


@app.command()
def drop(rows: Rows, by: By, why: Why) -> None:
    """Leave rows out for good, also when their interval is read again; `release` takes it back."""
    _decide(rows, "drop", by, why)


def _decide(rows: list[str], kind: str, by: str, why: str) -> None:
    from ops import quarantine  # noqa: PLC0415  (duckdb)

    for line in quarantine.decide(_settings(), rows, kind, by, why):
        typer.echo(line)


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()
