"""`cxw alerts`: what is open, closing by hand; `cxw alert-test`: try every channel."""

from __future__ import annotations

from typing import Annotated

import typer

from extract.errors import CxwError

app = typer.Typer(help="Alerts that are open.", no_args_is_help=False)


class NoSuchAlert(CxwError):
    """No open alert has that name."""


@app.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """List the open alerts, the gravest first. Exit code 1 when there is one."""
    if context.invoked_subcommand:
        return
    from ops import settings, steps  # noqa: PLC0415
    from ops.alerts import filed  # noqa: PLC0415
    from ops.alerts.send import GRAVER, summary  # noqa: PLC0415

    here = settings.load()
    found = filed.open_ones(here.alerts_dir)
    for one in sorted(found, key=lambda one: (GRAVER[one["severity"]], one["at"])):
        typer.echo(f"{summary(one, steps.now(here))}; {one['silenced'] or one['state']}")
        typer.echo(f"  {one['id']}")
    if not found:
        typer.echo("no alert is open")
    raise typer.Exit(int(bool(found)))


@app.command("close")
def close_by_hand(
    alert: Annotated[str, typer.Argument(help="Its id, as `cxw alerts` lists it")],
    why: Annotated[str, typer.Option(help="What ended it; it is told to the channels")],
) -> None:
    """Close an alert whose end no file can show; whoever was told of it is told why."""
    from ops import settings, steps  # noqa: PLC0415
    from ops.alerts.send import close  # noqa: PLC0415

    here = settings.load()
    if close(here, alert, f"closed by hand: {why}", steps.now(here)) is None:
        raise NoSuchAlert(
            f"alert {alert!r} is not open",
            "it never was, or it is over",
            "`cxw alerts` lists the open ones",
        )
    typer.echo("closed; it comes again if what it is about is still wrong")


def alert_test() -> None:
    """Send a trial through every channel that is set up; exit code 1 when one did not take it."""
    from ops import settings, steps  # noqa: PLC0415
    from ops.alerts import trial  # noqa: PLC0415

    here = settings.load()
    lines = trial.lines(here, steps.now(here))
    for line in lines:
        typer.echo(line)
    raise typer.Exit(int(not lines or not all(line.endswith(" took it") for line in lines)))


def watch(
    every: Annotated[float, typer.Option(min=1, help="Seconds between two rounds")] = 60.0,
    once: Annotated[bool, typer.Option(help="One round; exit code 1 when it failed")] = False,
    alive: Annotated[
        bool, typer.Option(help="Look at nothing: exit code 1 when no round ended lately")
    ] = False,
) -> None:
    """Watch the warehouse and Airflow from outside of Airflow, until the process is ended.

    It sees what Airflow cannot tell of itself: that it is down, runs that it did not make, alerts
    that it did not send, a disk that fills. It may run beside the DAG `watch_warehouse`.
    """
    from datetime import timedelta  # noqa: PLC0415

    from ops import settings, steps, watching  # noqa: PLC0415
    from ops.alerts import machine_seen, tiers  # noqa: PLC0415

    here = settings.load()
    if alive:
        last = machine_seen.last_round(here.alerts_dir)
        patience = timedelta(minutes=tiers.usable().watch["watch_minutes"])
        raise typer.Exit(int(last is None or steps.machine_time() - last > patience))
    raise typer.Exit(int(watching.rounds(here, every, steps.machine_time, once=once) < 0))
