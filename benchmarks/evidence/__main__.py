"""Measure every analytic in many worlds and write docs/evidence.md.

    python -m benchmarks.evidence [--seeds 20] [--customers 800] [--days 90] [--jobs 2]
                                  [--only SLUG ...] [--again]

Each seed gives a planted world and its placebo, each in a process of its own. Results are appended
to benchmarks/evidence/results.jsonl as they come: a run that was stopped goes on where it was.
--again forgets what was measured before of the analytics asked for.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from benchmarks.evidence import Result, analytics, measure
from benchmarks.evidence._page import PAGE, RESULTS, read_results, render, table
from benchmarks.evidence._world import Given, built

FIRST_SEED = 101


def live(given: Given, only: list[str]) -> Iterator[Result]:
    """Build one world in this process and measure what is asked for."""
    with tempfile.TemporaryDirectory() as folder, built(given, Path(folder)) as connection:
        for analytic in analytics():
            if not only or analytic.slug in only:
                yield measure(analytic, connection, given.seed, is_placebo=given.is_placebo)


def lived(given: Given, only: list[str]) -> tuple[list[Result], str]:
    """Build one world in a process of its own; return its results, and why it failed if it did."""
    command = [sys.executable, "-m", "benchmarks.evidence", "--world", str(given.seed)]
    command += ["--customers", str(given.customers), "--days", str(given.days)]
    command += ["--placebo"] if given.is_placebo else []
    for slug in only:
        command += ["--only", slug]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        return [], f"{given} ended with {done.returncode}:\n{done.stderr[-3000:]}"
    found = [Result(**json.loads(line)) for line in done.stdout.splitlines() if line[:1] == "{"]
    return found, ""


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many (%(default)s)")
    parser.add_argument("--customers", type=int, default=800, help="of each (%(default)s)")
    parser.add_argument("--days", type=int, default=90, help="of each (%(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="worlds at once (%(default)s)")
    parser.add_argument("--only", action="append", default=[], metavar="SLUG")
    parser.add_argument("--again", action="store_true", help="measure anew what is there")
    parser.add_argument("--world", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--placebo", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.world is not None:
        world = Given(given.world, given.customers, given.days, given.placebo)
        for result in live(world, given.only):
            print(json.dumps(asdict(result)))
        spent = time.process_time()
        print(f"{world}: {spent:.0f} CPU s without dbt's children", file=sys.stderr)
        return
    wanted = {one.slug for one in analytics() if not given.only or one.slug in given.only}
    there = {} if given.again else {(r.seed, r.is_placebo, r.slug) for r in read_results()}
    todo = []
    for seed in range(FIRST_SEED, FIRST_SEED + given.seeds):
        for is_placebo in (False, True):
            lacking = sorted(s for s in wanted if (seed, is_placebo, s) not in there)
            if lacking:
                world = Given(seed, given.customers, given.days, is_placebo)
                todo.append((world, lacking))
    console = Console(width=140)
    failed = []
    with ThreadPoolExecutor(given.jobs) as pool, RESULTS.open("a") as file:
        for number, (results, why) in enumerate(pool.map(lambda one: lived(*one), todo), 1):
            file.writelines(json.dumps(asdict(result)) + "\n" for result in results)
            file.flush()
            console.print(f"{number} of {len(todo)} worlds{': ' * bool(why)}{why}")
            failed += [why] if why else []
    PAGE.write_text(render(analytics(), read_results()))
    console.print(table(analytics(), read_results()))
    if failed:
        raise SystemExit(f"{len(failed)} worlds failed: run this again when they are mended")


if __name__ == "__main__":
    main()
