"""The command line `cxw`: the same functions that the scheduled tasks call, one command a step.

Exit codes: 0 done · 1 failed or refused · 2 wrong usage or configuration · 75 the source asks to
come back later. Errors are printed as their three clauses; `--debug` adds the traceback.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import typer

from extract.errors import CxwError
from ops.cli_alerts import alert_test, watch
from ops.cli_alerts import app as alerts_app
from ops.cli_audience import audience
from ops.cli_backup import backup, restore
from ops.cli_goals import app as goals_app
from ops.cli_metrics import metrics
from ops.cli_privacy import erase, export_person
from ops.cli_quarantine import app as quarantine_app
from ops.cli_releases import diff, releases, rollback
from ops.cli_review import app as review_app

app = typer.Typer(
    name="cxw",
    help="Operate the customer-experience warehouse. Every command may be repeated.",
    epilog="Exit codes: 0 done, 1 failed or refused, 2 usage or configuration, 75 come back later",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
From = Annotated[str | None, typer.Option("--from", help="First moment, ISO, UTC: 2026-09-28")]
To = Annotated[str | None, typer.Option("--to", help="Last moment, exclusive: 2026-09-29")]
DAY_FORMAT = ["%Y-%m-%d"]
INTERRUPTED = 130


@app.callback()
def start(
    debug: Annotated[bool, typer.Option(help="Show tracebacks and log lines")] = False,
) -> None:
    """Set up logging before any command."""
    logging.basicConfig(
        level=logging.INFO if debug else logging.ERROR,
        format="%(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines hold addresses with queries


@app.command()
def run(
    until: Annotated[
        datetime | None,
        typer.Option(formats=DAY_FORMAT, help="Read up to this day, exclusive"),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source; may be repeated")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Company: seed (first run only)")] = None,
    customers: Annotated[
        int | None, typer.Option(min=1, help="Company: customers (first run only)")
    ] = None,
    start_day: Annotated[
        datetime | None,
        typer.Option("--start", formats=DAY_FORMAT, help="Company: first day (first run only)"),
    ] = None,
) -> None:
    """Run the whole pipeline: what is missing in the lake, then build, gates and publishing.

    Without configured sources a simulated company is started and read over HTTP.

    **Examples**

    - The first 90 days, and later whatever is missing: `cxw run`
    """
    from rich.console import Console  # noqa: PLC0415

    from ops import run as running  # noqa: PLC0415

    company = {
        "seed": seed,
        "customers": customers,
        "start": start_day.date() if start_day else None,
    }
    try:
        code = running.run(_settings(), Console(), _utc(until), source or (), **company)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing half written is visible; run the same command again", err=True)
        code = INTERRUPTED
    raise typer.Exit(code)


@app.command()
def extract(
    source: Annotated[str, typer.Argument(help="A source, like zendesk")],
    stream: Annotated[str | None, typer.Argument(help="One stream; without it, all")] = None,
    since: From = None,
    until: To = None,
    accept_shrink: Annotated[
        bool, typer.Option(help="Land a full read although it holds far fewer rows than before")
    ] = False,
) -> None:
    """Pull a window of a source into `lake/landing/`; `cxw check` lets it in.

    **Examples**

    - One stream: `cxw extract zendesk tickets --from 2026-09-28 --to 2026-09-29`
    """
    from ops import by_hand  # noqa: PLC0415

    _echo(by_hand.extract(_settings(), source, stream, since, until, accept_shrink=accept_shrink))


@app.command()
def check(
    source: Annotated[
        str | None, typer.Argument(help="A source, or `marts`; without it, every waiting file")
    ] = None,
    stream: Annotated[str | None, typer.Argument(help="One stream; without it, all")] = None,
    since: From = None,
    until: To = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="A failed check to take on after looking at it; may be repeated"),
    ] = None,
) -> None:
    """Let a gate judge what landed, or the build that waits (`cxw check marts`).

    **Examples**

    - One window: `cxw check zendesk tickets --from 2026-09-28 --to 2026-09-29`
    - The build that waits: `cxw check marts`
    """
    from ops import by_hand  # noqa: PLC0415

    _echo(by_hand.check(_settings(), source, stream, since, until, accept or ()))


@app.command()
def backfill(
    source: Annotated[str, typer.Argument(help="A source, like zendesk")],
    stream: Annotated[str | None, typer.Argument(help="One stream; without it, all")] = None,
    since: From = None,
    until: To = None,
    again: Annotated[bool, typer.Option(help="Read days that the lake holds once more")] = False,
    share: Annotated[float, typer.Option(help="The part of the source's rate limit to use")] = 0.5,
) -> None:
    """Read a source's past, a day at a time, oldest first; each day is checked as it lands.

    Stopped, it goes on where it was. Snapshots have no past and are skipped.

    **Examples**

    - What is missing of August: `cxw backfill zendesk --from 2026-08-01 --to 2026-09-01`
    """
    from ops import by_hand  # noqa: PLC0415

    _echo(by_hand.backfill(_settings(), source, stream, since, until, again=again, share=share))


@app.command()
def gaps(
    source: Annotated[str | None, typer.Argument(help="A source; without it, all")] = None,
) -> None:
    """Compare the timetable with the lake's files; each gap comes with the command to close it.

    Exit code 1 when there is a gap.
    """
    from ops import by_hand  # noqa: PLC0415

    lines = list(by_hand.gaps(_settings(), source))
    _echo(lines or ["no gap: every stream's files follow each other"])
    raise typer.Exit(int(bool(lines)))


@app.command()
def build(
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Make every model anew, after one has changed")
    ] = False,
) -> None:
    """Build what is new in the lake into a private copy; nothing is published.

    **Example**: `cxw build && cxw check marts && cxw publish`
    """
    from ops import steps  # noqa: PLC0415

    report = steps.build(_settings(), is_full_refresh=full_refresh)
    if report is None:
        typer.echo("nothing new in the lake; the release stays as it is")
        return
    typer.echo(
        f"build {report.build} as of {report.as_of:%Y-%m-%d %H:%M} UTC: {report.new_files} new "
        f"files, {report.texts_scored} texts scored, {report.nodes} dbt nodes; "
        "next: cxw check marts"
    )


@app.command()
def publish(
    allow_older: Annotated[
        bool, typer.Option(help="Publish although the current release knows more days")
    ] = False,
) -> None:
    """Make the build that was judged the current release, in one step."""
    from ops import steps  # noqa: PLC0415

    release = steps.publish(_settings(), allow_older=allow_older)
    typer.echo(f"release {release.id} is current")


app.command()(rollback)
app.command()(releases)
app.command()(diff)
app.command()(backup)
app.command()(restore)


@app.command()
def status(
    stream: Annotated[str | None, typer.Argument(help="One stream, like zendesk.tickets")] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print it for machines")] = False,
) -> None:
    """Say how it stands: streams, release, trust, gates, held rows, alerts, what is wrong now.

    Exit code 1 when something is wrong now.
    """
    from rich.console import Console  # noqa: PLC0415

    from ops import status as standing  # noqa: PLC0415

    raise typer.Exit(standing.show(_settings(), Console(), stream, is_json=is_json))


@app.command()
def docs(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when a page in docs/ is stale")
    ] = False,
) -> None:
    """Write docs/DAGS.md and docs/errors.md; dbt docs and Data Docs into the data folder."""
    from ops import dag_docs as documentation  # noqa: PLC0415

    _echo(documentation.write(_settings(), check_only=check_only))


app.command()(audience)
app.command()(metrics)
app.command("export-person")(export_person)
app.command()(erase)
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(review_app, name="review")
app.add_typer(goals_app, name="goals")
app.add_typer(alerts_app, name="alerts")
app.command("alert-test")(alert_test)
app.command()(watch)


def main() -> None:
    """Run the command line; turn an error into its three clauses and an exit code."""
    debug = "--debug" in sys.argv
    try:
        app()
    except CxwError as error:
        if debug:
            raise
        from ops.reaction import EXIT_CODES, reaction_to  # noqa: PLC0415

        typer.echo(_clauses(error), err=True)
        raise SystemExit(EXIT_CODES[reaction_to(error)]) from None


def _clauses(error: CxwError) -> str:
    return f"seen  {error.seen}\nwhy   {error.why}\nnext  {error.next_step}"


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _settings() -> Any:
    from ops import settings  # noqa: PLC0415

    return settings.load()


def _utc(day: datetime | None) -> datetime | None:
    from datetime import UTC  # noqa: PLC0415

    return day.replace(tzinfo=UTC) if day else None
