"""`cxw review`: what identity is not sure of, and what a person says to it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

app = typer.Typer(
    help="List and decide the pairs of records that identity is not sure of.", no_args_is_help=True
)


@app.command("list")
def list_pairs(
    decided: Annotated[bool, typer.Option(help="Show what was decided, too")] = False,
    most: Annotated[int, typer.Option(help="At most so many, the likeliest first")] = 20,
) -> None:
    """List the pairs that wait, with the fields of both records side by side."""
    from ops.identity import review  # noqa: PLC0415  (duckdb)

    for line in review.lines(_settings(), is_decided_shown=decided, most=most):
        typer.echo(line)


@app.command()
def decide(
    left: Annotated[str, typer.Argument(help="A record, like hubspot:51901")],
    right: Annotated[str, typer.Argument(help="The other record")],
    kind: Annotated[str, typer.Argument(help="same, different, or undecided to take it back")],
    by: Annotated[str, typer.Option(help="Who decides")],
    why: Annotated[str, typer.Option(help="Why, in a few words; readers of the ledger see it")],
) -> None:
    """Keep a decision on two records; the next build applies it.

    **Example**: `cxw review decide hubspot:51901 zendesk:9034 same --by Ann --why "she called"`
    """
    from ops import steps  # noqa: PLC0415
    from ops.identity import decisions  # noqa: PLC0415

    settings = _settings()
    made = decisions.decide(settings.lake, (left, right), kind, by, why, steps.now(settings))
    typer.echo(
        f"{made.left_record_key} and {made.right_record_key}: {made.decision_type}; "
        "next: cxw build && cxw check marts && cxw publish"
    )


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()
