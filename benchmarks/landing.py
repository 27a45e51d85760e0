"""Time the landing of records and of GA4 days against a floor, and against dlt, in the same run.

    python -m benchmarks.landing [--rows 300000] [--repeat 5] [--dlt .venv-bench/bin/python]

The input is made first and lies on disk: pages of 1,000 ticket-like JSON records, and a Parquet
file with the nested columns of GA4's export. Each side reads it in a process of its own. The raw
floor splits a page into records, or a file into batches, and writes them with the same compression:
no key, no cursor, no hash, no check of types, no duplicate found. Beside it stands what one would
write by hand to find a record again: its key, its cursor and its text. CPU seconds count reading
and writing and not the imports, the least of some repeats, because a shared machine only adds; the
peak is that of the whole process. The exit code is 1 when a bound is missed.

With --dlt, the same records are served over HTTP on loopback: our client lands them, and dlt's
rest_api source writes them as Parquet, as it does by itself (`benchmarks/dlt_reading.py`). GA4's
day is served to us as the file that it is, to dlt as pages of JSON, since rest_api reads no other.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from extract import SOURCES
from extract.access import Access
from extract.ga4_columns import READ, read
from extract.http import Client
from extract.lake import land, landed_path
from extract.paging import by_cursor
from extract.source import Batch, Window

DAY = Window(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC))
LATER = DAY.end + timedelta(minutes=10)
PAGE, GROUP = 1000, 20_000
TICKETS, EVENTS = SOURCES["zendesk"].stream("tickets"), SOURCES["ga4"].stream("events")
WORDS = ("invoice", "charged", "twice", "order", "late", "wait", "refund", "price", "login")


class Export(msgspec.Struct):
    """A page as it is served over HTTP."""

    tickets: list[msgspec.Raw]
    after_cursor: str | None


class Handle(msgspec.Struct, gc=False):
    """What a record is found and ordered by."""

    id: int
    generated_timestamp: int


class Page(msgspec.Struct):
    """A page of the tickets' export, split into records that stay raw."""

    tickets: list[msgspec.Raw]


def ticket(number: int, chance: random.Random) -> dict[str, Any]:
    """Make a record of the shape and the size of a Zendesk ticket."""
    text = " ".join(chance.choices(WORDS, k=40))
    at = DAY.start + timedelta(seconds=chance.randrange(86_400))
    stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    caller = {"phone": f"+3120{number:07}", "name": f"Caller {number}"}
    minutes = {"calendar": chance.randrange(900), "business": chance.randrange(300)}
    return {
        "id": number, "url": f"https://northwind.example/api/v2/tickets/{number}.json",
        "external_id": None, "created_at": stamp, "updated_at": stamp,
        "via": {"channel": "voice", "source": {"from": caller, "to": {}, "rel": "voicemail"}},
        "generated_timestamp": int(at.timestamp()), "type": "incident", "subject": text[:60],
        "raw_subject": text[:60], "description": text, "priority": "high", "status": "solved",
        "requester_id": 903451200771 + number, "submitter_id": 903451200019,
        "assignee_id": 903451200019, "group_id": 360011, "organization_id": None,
        "follower_ids": [number],
        "tags": chance.sample(WORDS, 3), "collaborator_ids": [], "is_public": True,
        "custom_fields": [{"id": 4410012, "value": "billing"}, {"id": 4410013, "value": None}],
        "satisfaction_rating": {"id": number, "score": "good", "comment": text[:40]},
        "metric_set": {
            "ticket_id": number, "replies": 3, "reopens": 0, "solved_at": stamp,
            "reply_time_in_minutes": minutes, "full_resolution_time_in_minutes": minutes,
        },
    }  # fmt: skip


def event(number: int, chance: random.Random) -> dict[str, Any]:
    """Make a row of the shape of GA4's export."""
    empty = {"string_value": None, "int_value": None, "float_value": None, "double_value": None}
    page = f"https://www.example.com/{chance.choice(WORDS)}/{chance.randrange(500)}"
    return {
        "event_date": "20260701", "event_timestamp": number, "event_name": "page_view",
        "event_params": [
            {"key": "page_location", "value": {**empty, "string_value": page}},
            {"key": "ga_session_id", "value": {**empty, "int_value": chance.randrange(1 << 40)}},
            {"key": "ga_session_number", "value": {**empty, "int_value": 3}},
            {"key": "engagement_time_msec", "value": {**empty, "int_value": number % 60_000}},
        ],
        "event_value_in_usd": None, "event_bundle_sequence_id": chance.randrange(1 << 40),
        "user_id": f"cust-{number % 5000}" if number % 3 else None,
        "user_pseudo_id": f"{chance.randrange(1 << 31)}.{chance.randrange(1 << 31)}",
        "device": {"category": "mobile"},
        "traffic_source": {"source": "google", "medium": "organic"},
        "collected_traffic_source": {"manual_source": None, "manual_medium": None},
        "ecommerce": {"transaction_id": None},
        "batch_event_index": number % 7, "batch_page_id": number, "batch_ordering_id": number % 3,
    }  # fmt: skip


def make_input(folder: Path, rows: int) -> None:
    """Write the pages and the day file that both sides read."""
    chance = random.Random(7)  # noqa: S311  (the same input every time, no secret)
    with (folder / "pages.jsonl").open("wb") as pages:
        for first in range(0, rows, PAGE):
            records = [ticket(n, chance) for n in range(first, min(first + PAGE, rows))]
            pages.write(json.dumps({"tickets": records}).encode() + b"\n")
    with pq.ParquetWriter(folder / "day.parquet", READ, compression="zstd") as writer:
        for first in range(0, rows, GROUP):
            made = [event(n, chance) for n in range(first, min(first + GROUP, rows))]
            writer.write_table(pa.Table.from_pylist(made, READ))


def pages_of(folder: Path) -> Iterator[list[msgspec.Raw]]:
    """Yield the records of each page."""
    decoder = msgspec.json.Decoder(Page)
    with (folder / "pages.jsonl").open("rb") as pages:
        for line in pages:
            yield decoder.decode(line).tickets


def batches_of(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the batches of the day file."""
    yield from pq.ParquetFile(folder / "day.parquet").iter_batches(GROUP)


def write_by_hand(folder: Path) -> None:
    """Write each record with its key and its cursor, nothing else."""
    decode = msgspec.json.Decoder(Handle).decode
    fields = [
        ("pk", pa.string()),
        ("cursor", pa.timestamp("s", tz="UTC")),
        ("payload", pa.string()),
    ]
    schema = pa.schema(fields)
    with pq.ParquetWriter(
        folder / "floor.parquet", schema, compression="zstd", use_dictionary=False
    ) as writer:
        waiting: list[tuple[str, int, bytes]] = []

        def write() -> None:
            columns = [
                pa.array(values, kind)
                for values, (_, kind) in zip(zip(*waiting, strict=True), fields, strict=True)
            ]
            writer.write_table(pa.table(columns, schema))

        for records in pages_of(folder):
            for record in records:
                handle = decode(record)
                waiting.append((str(handle.id), handle.generated_timestamp, bytes(record)))
            if len(waiting) >= GROUP:
                write()
                waiting = []
        if waiting:
            write()


def split_records(folder: Path) -> None:
    """Write the records as text, nothing else: the floor."""
    schema = pa.schema([("payload", pa.string())])
    with pq.ParquetWriter(
        folder / "floor.parquet", schema, compression="zstd", use_dictionary=False
    ) as writer:
        waiting: list[bytes] = []
        for records in pages_of(folder):
            waiting += map(bytes, records)
            if len(waiting) >= GROUP:
                writer.write_table(pa.table([pa.array(waiting, pa.string())], schema))
                waiting = []
        if waiting:
            writer.write_table(pa.table([pa.array(waiting, pa.string())], schema))


def land_records(folder: Path) -> None:
    """Land the records; a second time, unite them with the file that is there."""
    pages = (Batch(records) for records in pages_of(folder))
    manifest = land(folder / "lake", "zendesk", TICKETS, DAY, pages, now=LATER)
    assert not manifest.invalid_rows, "the model changed: a ticket of the benchmark lacks a field"


def pull_records(folder: Path) -> None:
    """Read the records over HTTP with our client and land them."""

    def pages() -> Iterator[Batch]:
        with client(folder) as reader:
            for page in by_cursor(
                lambda cursor: reader.get("/tickets", {"cursor": cursor or "0"}, Export),
                lambda page: page.after_cursor,
            ):
                yield Batch(page.tickets)

    land(folder / "lake", "zendesk", TICKETS, DAY, pages(), now=LATER)


def pull_events(folder: Path) -> None:
    """Read the day's file over HTTP with our client and land it."""
    content = (folder / "day.parquet").read_bytes()
    size, md5 = len(content), hashlib.md5(content).digest()  # noqa: S324  (as the bucket lists it)
    del content

    def batches() -> Iterator[Batch]:
        with client(folder) as reader, reader.download("/day", {}, size=size, md5=md5) as file:
            yield from read(file, "day.parquet", f"{DAY.start:%Y%m%d}")

    land(folder / "lake", "ga4", EVENTS, DAY, batches(), now=LATER)


def client(folder: Path) -> Client:
    """Return our client for the server whose address lies in the folder."""
    return Client(Access("bench", (folder / "address").read_text()), now=lambda: LATER)


def split_events(folder: Path) -> None:
    """Write the day's batches as they are, nothing else: the floor."""
    with pq.ParquetWriter(folder / "floor.parquet", READ, compression="zstd") as writer:
        for batch in batches_of(folder):
            writer.write_batch(batch)


def land_events(folder: Path) -> None:
    """Land the day."""
    batches = (Batch(columns=batch) for batch in batches_of(folder))
    land(folder / "lake", "ga4", EVENTS, DAY, batches, now=LATER)


SIDES: dict[str, Callable[[Path], None]] = {
    side.__name__: side
    for side in (
        write_by_hand, split_records, land_records, pull_records,
        split_events, land_events, pull_events,
    )
}  # fmt: skip
SPLIT, AS_IT_IS = "tickets: split and write", "GA4 day: read and write"
ROWS = (
    (SPLIT, "split_records", SPLIT),
    ("tickets: key, cursor, text by hand", "write_by_hand", SPLIT),
    ("tickets: land", "land_records", SPLIT),
    ("tickets: land again (union)", "land_records", SPLIT),
    (AS_IT_IS, "split_events", AS_IT_IS),
    ("GA4 day: land", "land_events", AS_IT_IS),
)
OF_FLOOR, OF_DLT = 0.75, 10.0  # bounds: landing against its floor, pulling against dlt
BOUND = ("tickets: land", "GA4 day: land")
SERVED = (("tickets", "pull_records", "id"), ("events", "pull_events", ",".join(EVENTS.pk)))


def measure(side: str, folder: Path) -> None:
    """Run one side in this process; print its CPU seconds and the peak in MB."""
    pq.write_table(pa.table({"first": ["imports what Arrow wants"]}), io.BytesIO())
    before = time.process_time()
    SIDES[side](folder)
    spent = time.process_time() - before
    status = Path("/proc/self/status").read_text()  # getrusage would tell of the parent, too
    peak = int(status.partition("VmHWM:")[2].split()[0])
    print(spent, peak / 1024)


def measured(side: str, folder: Path, *, anew: bool = True) -> tuple[float, float]:
    """Run one side in a process of its own; return its CPU seconds and its peak."""
    command = [sys.executable, "-m", "benchmarks.landing", "--side", side, "--folder", str(folder)]
    if anew:
        shutil.rmtree(folder / "lake", ignore_errors=True)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


def compare(folder: Path, rows: int, repeat: int) -> tuple[Table, list[str]]:
    """Run every side in turn; return the ratios, and which missed their bound."""
    table = Table(title=f"Landing {rows:,} rows, one process each, least of {repeat}")
    for name in ("what", "CPU s", "rows per CPU s", "of the floor's", "peak MB", "file MB"):
        table.add_column(name, justify="left" if name == "what" else "right")
    runs: dict[str, list[tuple[float, float]]] = {what: [] for what, _, _ in ROWS}
    sizes: dict[str, int] = {}
    for _ in range(repeat):  # in turn, so that a slow minute of the machine strikes all
        for what, side, _ in ROWS:
            runs[what].append(measured(side, folder, anew="again" not in what))
            source, stream = ("ga4", EVENTS) if "events" in side else ("zendesk", TICKETS)
            landed = landed_path(folder / "lake", "landing", source, stream.name, DAY)
            sizes[what] = (landed if "land" in side else folder / "floor.parquet").stat().st_size
    least = {what: min(seconds for seconds, _ in found) for what, found in runs.items()}
    missed = []
    for what, _, floor in ROWS:
        seconds, share = least[what], least[floor] / least[what]
        peak = max(peak for _, peak in runs[what])
        cells = (f"{seconds:.2f}", f"{rows / seconds:,.0f}", f"{share:.2f}", f"{peak:,.0f}")
        table.add_row(what, *cells, f"{sizes[what] / 1e6:.1f}")
        if what in BOUND and share < OF_FLOOR:
            missed.append(f"{what}: {share:.3f} of the floor's speed, {OF_FLOOR} wanted")
    return table, missed


def against_dlt(folder: Path, rows: int, repeat: int, python: str) -> tuple[Table, list[str]]:
    """Read the same records over HTTP with both, as often, in processes of their own."""
    table = Table(title=f"{rows:,} rows over HTTP on loopback: CPU of the client's process")
    for name in ("what", "rows per CPU s", "dlt rest_api to Parquet", "× dlt", "peak MB, both"):
        table.add_column(name, justify="left" if name == "what" else "right")
    missed: list[str] = []
    command = [sys.executable, "-m", "benchmarks.serving", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        (folder / "address").write_text(address)
        for collection, side, key in SERVED:
            ours = [measured(side, folder) for _ in range(repeat)]
            seconds, peak = min(run[0] for run in ours), max(run[1] for run in ours)
            script = str(Path(__file__).with_name("dlt_reading.py"))
            runs = []
            for _ in range(repeat):
                shutil.rmtree(folder / "dlt", ignore_errors=True)
                done = subprocess.run(
                    [python, script, address, collection, key, str(folder / "dlt")],
                    check=True, capture_output=True, text=True,
                )  # fmt: skip
                runs.append([float(number) for number in done.stdout.split()])
            assert {run[0] for run in runs} == {rows}
            cpu, memory = min(run[1] for run in runs), max(run[2] for run in runs)
            if cpu / seconds < OF_DLT:
                missed.append(f"{collection}: {cpu / seconds:.1f} times dlt, {OF_DLT:.0f} wanted")
            cells = (f"{rows / seconds:,.0f}", f"{rows / cpu:,.0f}", f"{cpu / seconds:.1f}")
            table.add_row(collection, *cells, f"{peak:,.0f} / {memory:,.0f}")
        server.terminate()
    return table, missed


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=300_000, help="of each kind (%(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each side (%(default)s)")
    parser.add_argument("--dlt", help="a Python that has dlt; without it, no comparison")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        measure(given.side, given.folder)
        return
    with tempfile.TemporaryDirectory() as name:
        folder, console = Path(name), Console(width=100)
        make_input(folder, given.rows)
        table, missed = compare(folder, given.rows, given.repeat)
        console.print(table)
        if given.dlt:
            table, slow = against_dlt(folder, given.rows, given.repeat, given.dlt)
            console.print(table)
            missed += slow
    if missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
