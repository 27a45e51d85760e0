"""Start the simulated company, or write down what is true in it.

`python -m sandbox --port 8765 --seed 7 --customers 2000 --start 2026-07-01 --clock real` serves
until it is told to stop; `python -m sandbox truth --until 2026-09-29 --out DIR` writes the truth
as Parquet, for tests alone to read.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

from sandbox.clock import Clock
from sandbox.drop import Drop
from sandbox.faces.wire import moment
from sandbox.server import Sandbox, Server
from sandbox.stories import PLANTED, dialled, with_placebo
from sandbox.truth import write_truth
from sandbox.world import World

FAILED = 2


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no date; nothing was started; write one like 2026-07-01"
        raise argparse.ArgumentTypeError(message) from None


def _clock(text: str) -> datetime | None:
    if text == "real":
        return None
    try:
        return moment(text).astimezone(UTC)
    except ValueError:
        message = (
            f"{text!r} is no moment with a zone; nothing was started; "
            "write one like 2026-09-29T00:10:00Z, or real"
        )
        raise argparse.ArgumentTypeError(message) from None


def _customers(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        message = f"{text!r} is no number of customers; nothing was started; write 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        message = f"{text!r} is no port; nothing was started; write 0 to 65535, 0 for any free one"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _world_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=7, help="same seed, same company (7)")
    parser.add_argument("--customers", type=_customers, default=2000, help="its size (2000)")
    parser.add_argument(
        "--start", type=_day, default=date(2026, 7, 1), help="its first day (2026-07-01)"
    )
    parser.add_argument(
        "--dial",
        action="append",
        default=[],
        metavar="STORY.DIAL=VALUE",
        help="set a dial of a planted story, such as it_outage.hours=4; may be given again",
    )
    parser.add_argument(
        "--placebo",
        action="append",
        default=[],
        metavar="STORY",
        help="let a story, or all, have no effect; may be given again",
    )


def _world(arguments: argparse.Namespace) -> World:
    """Make the world that the command line describes."""
    try:
        if strange := [text for text in arguments.dial if "=" not in text]:
            raise ValueError(f"{strange[0]!r} sets no dial")
        dials = dict(text.split("=", 1) for text in arguments.dial)
        stories = with_placebo(dialled(PLANTED, dials), arguments.placebo)
    except ValueError as error:
        _fail(f"{error}; nothing was started; write it like --dial it_outage.hours=4")
    return World(arguments.seed, arguments.customers, arguments.start, stories)


def serve_parser() -> argparse.ArgumentParser:
    """Describe the command that serves."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="Serve a simulated company through its vendors' APIs. GET /__settings tells "
        "where each of them is, and with what key.",
        epilog="`python -m sandbox truth --help` tells how to write down the truth.",
    )
    _world_arguments(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8765, help="port, 0 for a free one (8765)")
    parser.add_argument(
        "--clock",
        type=_clock,
        default="2026-09-29T00:10:00Z",
        metavar="MOMENT|real",
        help="where the company's clock stands; real runs with the machine's (%(default)s)",
    )
    parser.add_argument(
        "--limits",
        choices=("real", "fast"),
        default="real",
        help="the vendors' own quotas, or the same numbers per second (real)",
    )
    parser.add_argument(
        "--drop", type=Path, metavar="DIR", help="folder for the files that teams export (none)"
    )
    parser.add_argument(
        "--leave-at-eof",
        action="store_true",
        help="stop when standard input ends, so that a killed parent leaves no server behind",
    )
    return parser


def truth_parser() -> argparse.ArgumentParser:
    """Describe the command that writes the truth."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox truth",
        description="Write what is true in the simulated company as Parquet files.",
    )
    _world_arguments(parser)
    parser.add_argument("--until", type=_day, required=True, help="first day left out")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    return parser


def _fail(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise SystemExit(FAILED)


def serve(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    clock = Clock(arguments.clock, lambda: datetime.now(UTC))
    first = datetime.combine(arguments.start, datetime.min.time(), UTC)
    if clock.now() < first:
        _fail(
            f"The clock stands at {clock.now():%Y-%m-%dT%H:%M:%SZ}, before the first day "
            f"{arguments.start}; a company has no past before its first day; "
            "choose a later --clock or an earlier --start."
        )
    world = _world(arguments)
    drop = _drop(arguments.drop, world)
    sandbox = Sandbox(world, clock, arguments.limits, time.monotonic, drop)
    try:
        server = Server((arguments.host, arguments.port), sandbox)
    except OSError as error:
        where = f"{arguments.host}:{arguments.port}"
        if error.errno == errno.EADDRINUSE:
            _fail(
                f"Port {arguments.port} on {arguments.host} is in use; two servers cannot share "
                "one port; stop the other one or choose --port."
            )
        _fail(
            f"Listening on {where} failed: {error.strerror}; nothing was started; "
            "choose another --host or --port."
        )

    _on_stop(_leave)
    if arguments.leave_at_eof:
        threading.Thread(target=_wait_for_end_of_input, daemon=True).start()
    world.advance(clock.now())
    if drop:
        drop.reach(clock.now())
    _on_stop(lambda _signal, _frame: threading.Thread(target=server.shutdown, daemon=True).start())
    print(f"sandbox ready {server.base_url}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


def _drop(folder: Path | None, world: World) -> Drop | None:
    if folder is None:
        return None
    try:
        return Drop(folder.resolve(), world.company)
    except OSError as error:
        _fail(
            f"The folder {folder} cannot be used: {error.strerror}; nothing was started; "
            "choose another --drop."
        )


def _wait_for_end_of_input() -> None:
    # the file itself: a lock on sys.stdin held by a thread makes the interpreter's end fatal
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


def _on_stop(handler: Callable[[int, object], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def main(argv: Sequence[str]) -> None:
    """Run one of the two commands."""
    if argv[:1] == ["truth"]:
        write(truth_parser().parse_args(argv[1:]))
    else:
        serve(serve_parser().parse_args(argv))


def write(arguments: argparse.Namespace) -> None:
    """Write the truth of a company up to a day."""
    if arguments.until <= arguments.start:
        _fail(
            f"--until {arguments.until} is not after --start {arguments.start}; no day lies "
            "between them; choose a later --until."
        )
    world = _world(arguments)
    until = datetime.combine(arguments.until, datetime.min.time(), UTC)
    try:
        paths = write_truth(world, until, arguments.out)
    except OSError as error:
        _fail(
            f"The truth could not be written to {arguments.out}: {error.strerror}; some of its "
            "files may be missing there; make room or choose another --out."
        )
    for path in paths:
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
