from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract.access import Traffic
from extract.errors import CorruptFile, MissingKey, OutsideWindow, TruncatedFetch
from extract.lake import accepted_files, land, landed_path, read_manifest, sweep
from extract.rows import LANDED
from extract.source import Batch, Kind, Stream, Window
from tests.extract.northwind import day

NOW = day(1).end + timedelta(minutes=10)
NOON = day(1).start + timedelta(hours=12)


class Ticket(msgspec.Struct):
    id: int
    updated_at: datetime
    tags: list[str]
    status: str = "open"


def never(*_: Any) -> Iterator[Batch]:
    raise AssertionError


def stream(kind: Kind = Kind.ENTITY, **more: Any) -> Stream:
    common = {"cursor": "updated_at", "model": Ticket, "deleted": ("status", "deleted"), **more}
    return Stream("tickets", kind, ("id",), never, **common)


def ticket(number: int, moment: datetime = NOON, **more: Any) -> dict[str, Any]:
    return {"id": number, "updated_at": moment.isoformat(), "tags": ["a"], **more}


def batches(*pages: list[Any]) -> Iterator[Batch]:
    for page in pages:
        yield Batch([msgspec.Raw(json.dumps(record).encode()) for record in page])


def put(lake: Path, *pages: list[Any], window: Window | None = None, **how: Any) -> Any:
    kind = how.pop("stream", stream())
    now = how.pop("now", NOW)
    return land(lake, "acme", kind, window or day(1), batches(*pages), now=now, **how)


def rows(lake: Path, window: Window | None = None, zone: str = "landing") -> list[dict[str, Any]]:
    path = landed_path(lake, zone, "acme", "tickets", window or day(1))
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return sorted(found, key=lambda row: (row["_pk"], row["_cursor"]))


def accept(lake: Path, window: Window | None = None) -> None:
    window = window or day(1)
    there = landed_path(lake, "raw", "acme", "tickets", window)
    there.parent.mkdir(parents=True, exist_ok=True)
    landed_path(lake, "landing", "acme", "tickets", window).replace(there)


def visible(lake: Path) -> list[str]:
    """Return what a glob of DuckDB sees."""
    found = duckdb.connect().execute(f"select file from glob('{lake}/**/*.parquet')").fetchall()
    return [row[0] for row in found]


# What a row says


def test_landed_file_has_the_columns_of_the_landing_format(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1)])
    path = landed_path(tmp_path, "landing", "acme", "tickets", day(1))
    assert path.name == "20260701T000000Z--20260702T000000Z.parquet"
    assert path.parent.name == "dt=2026-07-01"
    assert pq.read_schema(path).equals(LANDED)
    assert pq.read_metadata(path).row_group(0).column(0).compression == "ZSTD"


def test_landed_row_keeps_the_record_byte_for_byte(tmp_path: Path) -> None:
    text = b'{ "id":7,"updated_at":"2026-07-01T12:00:00Z","tags":[ ],"new" : {"x":1.50} }'
    land(tmp_path, "acme", stream(), day(1), [Batch([msgspec.Raw(text)])], now=NOW)
    (row,) = rows(tmp_path)
    assert row["_payload"] == text.decode()
    assert (row["_pk"], row["_cursor"], row["_deleted"]) == ("7", NOON, False)
    assert (row["_interval_start"], row["_interval_end"]) == (day(1).start, day(1).end)
    assert row["_extracted_at"] == NOW
    assert row["_error"] is None


def test_landed_row_of_a_tombstone_says_so(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1, status="deleted"), ticket(2)])
    assert [row["_deleted"] for row in rows(tmp_path)] == [True, False]


def test_new_field_lands_untouched(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1, sentiment={"score": 0.5})])
    (row,) = rows(tmp_path)
    assert json.loads(row["_payload"])["sentiment"] == {"score": 0.5}
    assert row["_error"] is None


def test_changed_type_lands_with_its_json_path(tmp_path: Path) -> None:
    manifest = put(tmp_path, [ticket(1, tags=[5]), ticket(2)])
    drifted, good = rows(tmp_path)
    assert drifted["_error"] == "Expected `str`, got `int` - at `$.tags[0]`"
    assert json.loads(drifted["_payload"])["tags"] == [5]
    assert good["_error"] is None
    assert manifest.invalid_rows == 1
    assert manifest.errors == [{"pk": "1", "error": drifted["_error"]}]


def test_missing_field_lands_with_its_name(tmp_path: Path) -> None:
    record = ticket(1)
    del record["tags"]
    put(tmp_path, [record])
    assert rows(tmp_path)[0]["_error"] == "Object missing required field `tags`"


def test_drifted_tombstone_is_still_a_tombstone(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1, tags=None, status="deleted")])
    assert rows(tmp_path)[0]["_deleted"] is True
    assert rows(tmp_path)[0]["_error"]


def test_bytes_that_are_no_text_land_with_an_error(tmp_path: Path) -> None:
    text = b'{"id":7,"updated_at":"2026-07-01T12:00:00Z","tags":[],"x":"\xff"}'
    land(tmp_path, "acme", stream(), day(1), [Batch([msgspec.Raw(text)])], now=NOW)
    assert rows(tmp_path)[0]["_error"] == "not UTF-8 - at byte 59"


@pytest.mark.parametrize("flaw", [{"id": None}, {"id": ""}])
def test_record_without_key_refuses_the_whole_window(tmp_path: Path, flaw: Any) -> None:
    with pytest.raises(MissingKey, match=r"record 2 has no usable key \(id\)"):
        put(tmp_path, [ticket(1), ticket(2) | flaw])
    assert visible(tmp_path) == []


@pytest.mark.parametrize("flaw", [None, "yesterday", "2026-07-01T12:00:00", True, []])
def test_record_without_cursor_refuses_the_whole_window(tmp_path: Path, flaw: Any) -> None:
    with pytest.raises(MissingKey, match=r"no usable cursor \(updated_at\)"):
        put(tmp_path, [ticket(1), ticket(2) | {"updated_at": flaw}])
    assert visible(tmp_path) == []


@pytest.mark.parametrize("record", ["text", 5, None, [1]])
def test_record_that_is_no_object_refuses_the_whole_window(tmp_path: Path, record: Any) -> None:
    with pytest.raises(MissingKey):
        put(tmp_path, [ticket(1), record])
    assert visible(tmp_path) == []


@pytest.mark.parametrize(
    ("unit", "value"),
    [("epoch_s", 1782907200), ("epoch_ms", 1782907200000), ("epoch_us", 1782907200000000)],
)
def test_cursor_may_be_a_number_in_several_units(tmp_path: Path, unit: str, value: int) -> None:
    class Event(msgspec.Struct):
        id: str
        at: int

    shape = Stream("tickets", Kind.EVENT, ("id",), never, cursor="at", cursor_unit=unit,
                   model=Event)  # fmt: skip
    put(tmp_path, [{"id": "a", "at": value}], stream=shape)
    assert rows(tmp_path)[0]["_cursor"] == NOON


@pytest.mark.parametrize("kind", [str, datetime])
def test_cursor_without_a_zone_is_utc_where_the_stream_says_so(tmp_path: Path, kind: type) -> None:
    shape = Stream("tickets", Kind.EVENT, ("id",), never, cursor="at", cursor_unit="utc",
                   model=msgspec.defstruct("Row", [("id", str), ("at", kind)]))  # fmt: skip
    put(tmp_path, [{"id": "a", "at": "2026-07-01 12:00:00"}], stream=shape)
    assert rows(tmp_path)[0]["_cursor"] == NOON


# Which rows land


def test_rows_served_twice_at_a_page_seam_land_once(tmp_path: Path) -> None:
    manifest = put(tmp_path, [ticket(1), ticket(2)], [ticket(2), ticket(3)])
    assert [row["_pk"] for row in rows(tmp_path)] == ["1", "2", "3"]
    assert (manifest.rows, manifest.duplicates) == (3, 1)


def test_two_versions_of_a_record_both_land(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1), ticket(1, NOON + timedelta(hours=1))])
    assert [row["_pk"] for row in rows(tmp_path)] == ["1", "1"]


def test_rows_outside_of_the_window_are_cut_and_counted(tmp_path: Path) -> None:
    edge = [ticket(1, day(1).start), ticket(2, day(1).end), ticket(3, day(1).start - timedelta(1))]
    manifest = put(tmp_path, edge)
    assert [row["_pk"] for row in rows(tmp_path)] == ["1"]
    assert manifest.outside_window == 2


def test_rows_of_the_overlap_land(tmp_path: Path) -> None:
    early = ticket(1, day(1).start - timedelta(seconds=59))
    put(tmp_path, [early], stream=stream(overlap=timedelta(minutes=1)))
    assert len(rows(tmp_path)) == 1


def test_row_outside_of_the_window_is_an_alarm_when_the_source_was_given_both_ends(
    tmp_path: Path,
) -> None:
    with pytest.raises(OutsideWindow, match="ignored one"):
        put(tmp_path, [ticket(1, day(2).start)], stream=stream(bounded=True))
    assert visible(tmp_path) == []


def test_empty_window_writes_a_file_without_rows(tmp_path: Path) -> None:
    manifest = put(tmp_path, [])
    assert rows(tmp_path) == []
    assert manifest.rows == 0
    path = landed_path(tmp_path, "landing", "acme", "tickets", day(1))
    assert pq.read_schema(path).equals(LANDED)


# What a second run does


def test_second_run_gives_the_same_table(tmp_path: Path) -> None:
    page = [ticket(number) for number in range(50)]
    put(tmp_path, page)
    first = rows(tmp_path)
    put(tmp_path, page)
    assert rows(tmp_path) == first
    assert len(visible(tmp_path)) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_row_that_moved_on_survives_a_second_run_of_its_old_window(
    tmp_path: Path, accepted: bool
) -> None:
    put(tmp_path, [ticket(1), ticket(2)])
    if accepted:
        accept(tmp_path)
    manifest = put(tmp_path, [ticket(2)])  # ticket 1 was changed the next day
    assert [row["_pk"] for row in rows(tmp_path)] == ["1", "2"]
    assert (manifest.rows, manifest.new, manifest.kept) == (2, 1, 1)


def test_row_that_waits_in_landing_survives_beside_an_accepted_file(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1)])
    accept(tmp_path)
    put(tmp_path, [ticket(2)])  # lands, and is not judged before the next run
    put(tmp_path, [ticket(3)])
    assert [row["_pk"] for row in rows(tmp_path)] == ["1", "2", "3"]


def test_version_that_is_read_again_is_the_newly_read_one(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1, tags=["old"])])
    put(tmp_path, [ticket(1, tags=["new"])], now=NOW + timedelta(hours=1))
    (row,) = rows(tmp_path)
    assert json.loads(row["_payload"])["tags"] == ["new"]
    assert row["_extracted_at"] == NOW + timedelta(hours=1)


def test_event_file_is_replaced(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1), ticket(2)], stream=stream(Kind.EVENT))
    put(tmp_path, [ticket(2)], stream=stream(Kind.EVENT))
    assert [row["_pk"] for row in rows(tmp_path)] == ["2"]


NEWEST = """
select _pk, _cursor, _payload from read_parquet('{lake}/raw/**/*.parquet')
qualify row_number() over (partition by _pk order by _cursor desc, _extracted_at desc) = 1
order by _pk"""


def serve(window: Window, until: int) -> list[dict[str, Any]]:
    """Answer as a source does that shows only the newest version of each record."""
    life = {1: [1, 2, 3], 2: [1], 3: [2, 3], 4: [1, 3]}  # record → days on which it changed
    newest = {key: max(d for d in days if d <= until) for key, days in life.items() if
              min(days) <= until}  # fmt: skip
    moments = {key: day(last).start + timedelta(hours=key) for key, last in newest.items()}
    return [ticket(k, at, status=f"{at:%d}") for k, at in moments.items() if at in window]


def test_windows_in_any_order_give_the_same_newest_versions(tmp_path: Path) -> None:
    tables = []
    for order in permutations([1, 2, 3]):
        lake = tmp_path / "".join(map(str, order))
        for number in (*order, *reversed(order)):
            put(lake, serve(day(number), until=3), window=day(number))
            accept(lake, day(number))
        tables.append(duckdb.connect().execute(NEWEST.format(lake=lake)).fetchall())
    assert len(tables[0]) == 4
    assert all(table == tables[0] for table in tables)


def test_daily_runs_and_one_run_of_all_days_give_the_same_newest_versions(tmp_path: Path) -> None:
    daily, whole = tmp_path / "daily", tmp_path / "whole"
    for number in (1, 2, 3):
        put(daily, serve(day(number), until=number), window=day(number))
        accept(daily, day(number))
    put(whole, serve(day(1, 3), until=3), window=day(1, 3))
    accept(whole, day(1, 3))
    tables = [duckdb.connect().execute(NEWEST.format(lake=lake)).fetchall()
              for lake in (daily, whole)]  # fmt: skip
    assert tables[0] == tables[1]


# What a file says of itself


def test_manifest_is_read_from_the_footer(tmp_path: Path) -> None:
    traffic = Traffic(requests=3, retries=1, bytes=99)

    def read() -> Iterator[Batch]:
        yield from batches([ticket(1), ticket(2, NOON + timedelta(hours=1))])
        traffic.requests += 2

    written = land(tmp_path, "acme", stream(), day(1), read(), now=NOW, run_id="r", attempt=2,
                   traffic=traffic)  # fmt: skip
    path = landed_path(tmp_path, "landing", "acme", "tickets", day(1))
    manifest = read_manifest(path)
    assert manifest == written
    assert (manifest.source, manifest.stream, manifest.kind) == ("acme", "tickets", "entity")
    assert (manifest.window, manifest.rows, manifest.version) == (day(1), 2, 1)
    assert (manifest.run_id, manifest.attempt) == ("r", 2)
    assert (manifest.requests, manifest.retries, manifest.bytes) == (2, 0, 0)
    assert (manifest.cursor_min, manifest.cursor_max) == (NOON, NOON + timedelta(hours=1))


def test_manifests_are_a_query(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1)])
    (found,) = duckdb.connect().execute(
        f"select decode(value) from parquet_kv_metadata('{tmp_path}/landing/**/*.parquet') "
        "where decode(key) = 'cx_manifest'"
    ).fetchall()  # fmt: skip
    assert json.loads(found[0])["rows"] == 1


def test_manifest_of_a_corrupt_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = landed_path(tmp_path, "raw", "acme", "tickets", day(1))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(CorruptFile, match=r"raw/acme/tickets/dt=2026-07-01/20260701T000000Z"):
        read_manifest(path)


def test_manifest_of_a_file_without_one_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(CorruptFile, match=r"other\.parquet cannot be read \(KeyError\)"):
        read_manifest(path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 500 + b"PAR1"])
def test_corrupt_file_is_named_and_never_written_over(tmp_path: Path, content: bytes) -> None:
    path = landed_path(tmp_path, "raw", "acme", "tickets", day(1))
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(CorruptFile, match=r"raw/acme/tickets/dt=2026-07-01/.*restore it"):
        put(tmp_path, [ticket(1)])
    assert path.read_bytes() == content
    assert visible(tmp_path) == [str(path)]


def test_file_of_another_format_is_named_and_never_united_with(tmp_path: Path) -> None:
    path = landed_path(tmp_path, "raw", "acme", "tickets", day(1))
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"_pk": ["1"]}), path)
    with pytest.raises(CorruptFile, match="other columns than the landing format"):
        put(tmp_path, [ticket(1)])


def test_accepted_files_are_those_of_raw_in_order(tmp_path: Path) -> None:
    for number in (2, 1):
        put(tmp_path, [], window=day(number))
        accept(tmp_path, day(number))
    put(tmp_path, [], window=day(3))
    assert list(accepted_files(tmp_path)) == [
        landed_path(tmp_path, "raw", "acme", "tickets", day(number)) for number in (1, 2)
    ]
    assert list(accepted_files(tmp_path, "acme", "users")) == []


# Full reads


def full(lake: Path, number: int, count: int, **how: Any) -> Any:
    shape = Stream("tickets", Kind.SNAPSHOT, ("id",), never, full_share=0.8)
    page = [{"id": key} for key in range(count)]
    return put(lake, page, window=day(number), stream=shape, **how)


def test_full_read_that_shrank_is_refused(tmp_path: Path) -> None:
    full(tmp_path, 1, 100)
    accept(tmp_path, day(1))
    with pytest.raises(TruncatedFetch) as caught:
        full(tmp_path, 2, 79)
    assert caught.value.seen == "acme.tickets: 79 rows, below 80% of the 100 loaded last time"
    assert "--accept-shrink" in caught.value.next_step
    assert len(visible(tmp_path)) == 1


def test_full_read_lands_when_it_shrank_a_little(tmp_path: Path) -> None:
    full(tmp_path, 1, 100)
    accept(tmp_path, day(1))
    assert full(tmp_path, 2, 80).rows == 80


def test_full_read_that_shrank_lands_when_somebody_says_that_it_is_true(tmp_path: Path) -> None:
    full(tmp_path, 1, 100)
    accept(tmp_path, day(1))
    assert full(tmp_path, 2, 10, accept_shrink=True).rows == 10


def test_full_read_that_was_not_due_says_so_and_the_next_is_compared_with_the_one_before(
    tmp_path: Path,
) -> None:
    full(tmp_path, 1, 100)
    accept(tmp_path, day(1))
    shape = Stream("tickets", Kind.SNAPSHOT, ("id",), never, full_share=0.8)
    idle = land(tmp_path, "acme", shape, day(2), [Batch(note="not due")], now=NOW)
    assert (idle.rows, idle.note) == (0, "not due")
    accept(tmp_path, day(2))
    with pytest.raises(TruncatedFetch, match="79 rows, below 80% of the 100"):
        full(tmp_path, 3, 79)


def test_full_read_is_compared_with_the_last_accepted_one_only(tmp_path: Path) -> None:
    full(tmp_path, 1, 100)
    accept(tmp_path, day(1))
    full(tmp_path, 2, 90)
    accept(tmp_path, day(2))
    assert full(tmp_path, 3, 75).rows == 75


# What is left behind


def test_failed_run_leaves_no_temporary_file(tmp_path: Path) -> None:
    with pytest.raises(MissingKey):
        put(tmp_path, [ticket(1)], [{"id": None}])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_failed_run_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, [ticket(1)])
    before = rows(tmp_path)
    with pytest.raises(MissingKey):
        put(tmp_path, [ticket(2)], [{"id": None}])
    assert rows(tmp_path) == before


def test_sweep_removes_only_what_is_older_than_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "dt=2026-07-01"
    folder.mkdir()
    names = {
        "old": f".a.parquet.{NOW - timedelta(days=2):%Y%m%dT%H%M%SZ}.abc.tmp",
        "young": f".a.parquet.{NOW - timedelta(hours=2):%Y%m%dT%H%M%SZ}.abc.tmp",
        "other": ".someone-elses.tmp",
        "good": "a.parquet",
    }
    for name in names.values():
        (folder / name).write_bytes(b"x")
    assert sweep(tmp_path, NOW) == 1
    assert {path.name for path in folder.iterdir()} == set(names.values()) - {names["old"]}


def test_many_rows_come_in_several_row_groups(tmp_path: Path) -> None:
    put(tmp_path, *([ticket(p * 1000 + n) for n in range(1000)] for p in range(45)))
    footer = pq.read_metadata(landed_path(tmp_path, "landing", "acme", "tickets", day(1)))
    assert [footer.row_group(n).num_rows for n in range(footer.num_row_groups)] == [
        20_000,
        20_000,
        5_000,
    ]


def test_rows_of_every_row_group_survive_a_second_run(tmp_path: Path) -> None:
    put(tmp_path, *([ticket(p * 1000 + n) for n in range(1000)] for p in range(45)))
    seen_again = [ticket(n) for n in range(25_000)]  # the first group and a part of the second
    manifest = put(tmp_path, seen_again)
    assert (manifest.new, manifest.kept, manifest.rows) == (25_000, 20_000, 45_000)
    assert sorted(int(row["_pk"]) for row in rows(tmp_path)) == list(range(45_000))


@pytest.mark.parametrize("kind", [Kind.ENTITY, Kind.EVENT])
def test_row_that_comes_again_many_pages_later_lands_once(tmp_path: Path, kind: Kind) -> None:
    pages = [[ticket(p * 1000 + n) for n in range(1000)] for p in range(70)]
    again = [ticket(5, tags=["later"]), ticket(70_001), ticket(69_000)]
    manifest = put(tmp_path, *pages, again, stream=stream(kind))
    assert (manifest.new, manifest.duplicates, manifest.rows) == (70_001, 2, 70_001)
    found = rows(tmp_path)
    assert sorted(int(row["_pk"]) for row in found) == [*range(70_000), 70_001]
    assert json.loads(next(row for row in found if row["_pk"] == "5")["_payload"])["tags"] == ["a"]
    path = landed_path(tmp_path, "landing", "acme", "tickets", day(1))
    assert read_manifest(path) == manifest
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]


def test_few_rows_that_come_again_pages_later_land_once(tmp_path: Path) -> None:
    pages = [[ticket(p * 1000 + n) for n in range(1000)] for p in range(5)]
    manifest = put(tmp_path, *pages, [ticket(5)])
    assert (manifest.rows, manifest.duplicates) == (5_000, 1)
    assert len(rows(tmp_path)) == 5_000


def test_many_rows_are_united_with_many(tmp_path: Path) -> None:
    pages = [[ticket(p * 1000 + n) for n in range(1000)] for p in range(70)]
    put(tmp_path, *pages)
    manifest = put(tmp_path, *pages[1:], [ticket(70_000)])
    assert (manifest.new, manifest.kept, manifest.rows) == (69_001, 1_000, 70_001)
    assert sorted(int(row["_pk"]) for row in rows(tmp_path)) == list(range(70_001))


def test_text_of_the_model_that_is_no_utf_8_lands_with_an_error(tmp_path: Path) -> None:
    text = b'{"id":7,"updated_at":"2026-07-01T12:00:00Z","tags":["\xff"]}'
    land(tmp_path, "acme", stream(), day(1), [Batch([msgspec.Raw(text)])], now=NOW)
    (row,) = rows(tmp_path)
    assert (row["_pk"], row["_error"]) == ("7", f"not UTF-8 - at byte {text.index(0xFF)}")
