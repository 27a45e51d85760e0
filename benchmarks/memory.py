"""Measure the peak memory of landing as the rows grow: it stays flat.

    python -m benchmarks.memory [--rows 100000,300000,1000000,3000000]

Records and batches are made while they are landed, so nothing but the landing holds memory. Each
run is a process of its own. Beside the bounded parts, a bit a key is held while keys are settled.
The exit code is 1 when the most rows take over a tenth more than the fewest.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.landing import DAY, EVENTS, GROUP, LATER, PAGE, TICKETS, event, ticket
from extract.ga4_columns import READ
from extract.lake import land
from extract.source import Batch

SEED = 7
FLAT = 1.1  # the peak of the most rows, of that of the fewest


def records(rows: int) -> Iterator[Batch]:
    """Yield pages of tickets with ids of their own."""
    chance = random.Random(SEED)  # noqa: S311  (the same input every time, no secret)
    texts = [json.dumps(ticket(n, chance)).encode().partition(b",")[2] for n in range(PAGE)]
    for first in range(0, rows, PAGE):
        page = islice(enumerate(texts, first), min(PAGE, rows - first))
        yield Batch([msgspec.Raw(b'{"id": %d,%b' % (number, text)) for number, text in page])


def events(rows: int) -> Iterator[Batch]:
    """Yield batches of events with keys of their own."""
    chance = random.Random(SEED)  # noqa: S311
    made = pa.RecordBatch.from_pylist([event(n, chance) for n in range(GROUP)], READ)
    place = READ.get_field_index("batch_page_id")
    for first in range(0, rows, GROUP):
        numbers = pa.array(range(first, first + GROUP), pa.int64())
        batch = made.set_column(place, READ.field(place), numbers)
        yield Batch(columns=batch.slice(0, min(GROUP, rows - first)))


def peak(kind: str, rows: int) -> float:
    """Land so many rows in a process of its own; return its peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.memory", "--land", kind, "--rows", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def measure(kind: str, rows: int) -> None:
    """Land in this process and print the peak."""
    with tempfile.TemporaryDirectory() as lake:
        if kind == "tickets":
            done = land(Path(lake), "zendesk", TICKETS, DAY, records(rows), now=LATER)
        else:
            done = land(Path(lake), "ga4", EVENTS, DAY, events(rows), now=LATER)
    assert (done.rows, done.invalid_rows) == (rows, 0)
    status = Path("/proc/self/status").read_text()
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="100000,300000,1000000,3000000")
    parser.add_argument("--land", choices=("tickets", "events"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    counts = [int(number) for number in given.rows.split(",")]
    if given.land:
        measure(given.land, counts[0])
        return
    table = Table(title="Peak memory of landing, MB")
    for name in ("rows", "tickets", "GA4 events"):
        table.add_column(name, justify="right")
    peaks = [[peak(kind, rows) for kind in ("tickets", "events")] for rows in counts]
    for rows, found in zip(counts, peaks, strict=True):
        table.add_row(f"{rows:,}", *(f"{megabytes:,.0f}" for megabytes in found))
    Console(width=100).print(table)
    growth = max(most / fewest for fewest, most in zip(peaks[0], peaks[-1], strict=True))
    if growth > FLAT:
        sys.exit(f"the peak grew to {growth:.2f} times that of the fewest rows, {FLAT} allowed")


if __name__ == "__main__":
    main()
