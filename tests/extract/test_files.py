"""What is particular to files: declarations, formats, zones, and which file a window reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract.errors import InvalidDeclaration, MissingKey, UnreadableAnswer
from extract.files import FilesSettings, access, chosen, stream
from extract.files_declared import Declared, read_declarations
from extract.lake import Manifest, landed_path
from extract.pull import pull
from extract.source import Source, Window
from tests.extract.northwind import day

NOW = day(9).end + timedelta(hours=1)
PLAIN: dict[str, Any] = {
    "kind": "event",
    "pattern": "sales_*.csv",
    "format": "csv",
    "key": ("id",),
    "time": "at",
    "columns": {
        "id": "text",
        "at": "moment",
        "amount": "number?",
        "paid": "flag?",
        "n": "integer?",
    },
}


def land(folder: Path, window: Window | None = None, now: datetime = NOW, **more: Any) -> Manifest:
    declared = Declared(**{**PLAIN, **more})
    source = Source("files", FilesSettings, access, (stream("sales", declared),))
    settings = FilesSettings(base_url=str(folder))
    return pull(source, "sales", settings, window or day(1), folder / "lake", lambda: now, "test")


def landed(folder: Path, window: Window | None = None) -> list[dict[str, Any]]:
    table = pq.read_table(
        landed_path(folder / "lake", "landing", "files", "sales", window or day(1))
    )
    return [json.loads(one) for one in table["_payload"].to_pylist()]


def errors(folder: Path) -> list[str | None]:
    path = landed_path(folder / "lake", "landing", "files", "sales", day(1))
    found: list[str | None] = pq.read_table(path)["_error"].to_pylist()
    return found


def test_text_becomes_values_of_the_declared_types(tmp_path: Path) -> None:
    text = "id,at,amount,paid,n,extra\n7,2026-07-01T10:00:00Z,12.50,yes,3,as it is\n"
    (tmp_path / "sales_a.csv").write_text(text)
    assert land(tmp_path).invalid_rows == 0
    assert landed(tmp_path) == [
        {"id": "7", "at": "2026-07-01T10:00:00Z", "amount": 12.5, "paid": True, "n": 3,
         "extra": "as it is"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "path"),
    [("12,5x,yes,3", "amount"), ("1,maybe,3", "paid"), ("1,yes,3.5", "n")],
)
def test_value_that_does_not_fit_lands_as_text_with_its_path(
    tmp_path: Path, values: str, path: str
) -> None:
    row = values.replace("12,5x", "12.5x")
    (tmp_path / "sales_a.csv").write_text(f"id,at,amount,paid,n\na,2026-07-01T10:00:00Z,{row}\n")
    manifest = land(tmp_path)
    assert (manifest.rows, manifest.invalid_rows) == (1, 1)
    (error,) = errors(tmp_path)
    assert str(error).endswith(f"- at `$.{path}`")
    assert isinstance(landed(tmp_path)[0][path], str)


def test_empty_text_is_null_and_refused_where_a_value_must_be(tmp_path: Path) -> None:
    (tmp_path / "sales_a.csv").write_text("id,at,amount,paid,n\na,2026-07-01T10:00:00Z,,,\n")
    columns = {**PLAIN["columns"], "amount": "number"}
    assert land(tmp_path, columns=columns).invalid_rows == 1
    assert landed(tmp_path)[0]["n"] is None
    assert errors(tmp_path) == ["Expected `float`, got `null` - at `$.amount`"]


@pytest.mark.parametrize(
    ("unit", "zone", "text", "utc"),
    [
        ("iso", "UTC", "2026-07-01T10:00:00+02:00", "2026-07-01T08:00:00Z"),
        ("iso", "Europe/Amsterdam", "2026-07-01 10:00:00", "2026-07-01T08:00:00Z"),
        ("iso", "Europe/Amsterdam", "2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z"),
        ("%d.%m.%Y %H:%M", "America/New_York", "01.07.2026 10:00", "2026-07-01T14:00:00Z"),
        ("epoch_s", "UTC", "1782900000", 1782900000),
        ("epoch_ms", "UTC", "1782900000000", 1782900000000),
    ],
)
def test_moments_are_read_in_their_unit_and_zone(
    tmp_path: Path, unit: str, zone: str, text: str, utc: str | int
) -> None:
    (tmp_path / "sales_a.csv").write_text(f"id,at\na,{text}\n")
    assert land(tmp_path, unit=unit, zone=zone).rows == 1
    assert landed(tmp_path) == [{"id": "a", "at": utc}]


def test_local_time_that_autumn_repeats_is_the_second_when_it_comes_again(tmp_path: Path) -> None:
    rows = ["a,25-10-2026 02:00,1", "b,25-10-2026 02:30,5", "a,25-10-2026 02:30,2",
            "a,25-10-2026 02:00,3", "a,25-10-2026 02:30,4", "a,25-10-2026 03:00,6"]  # fmt: skip
    (tmp_path / "sales_a.csv").write_text("\n".join(["id,at,n", *rows, ""]))
    night = Window(datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC))
    how = {"key": ("id", "at"), "unit": "%d-%m-%Y %H:%M", "zone": "Europe/Amsterdam"}
    manifest = land(tmp_path, night, now=night.end + timedelta(hours=1), **how)
    assert (manifest.rows, manifest.duplicates) == (6, 0)
    assert {(one["id"], one["at"], one["n"]) for one in landed(tmp_path, night)} == {
        ("a", "2026-10-25T00:00:00Z", 1),
        ("a", "2026-10-25T00:30:00Z", 2),
        ("b", "2026-10-25T00:30:00Z", 5),
        ("a", "2026-10-25T01:00:00Z", 3),
        ("a", "2026-10-25T01:30:00Z", 4),
        ("a", "2026-10-25T02:00:00Z", 6),
    }


def test_row_whose_time_cannot_be_read_refuses_the_window(tmp_path: Path) -> None:
    (tmp_path / "sales_a.csv").write_text("id,at\na,yesterday\n")
    with pytest.raises(MissingKey, match=r"no usable cursor \(at\)"):
        land(tmp_path)


def test_delimiter_encoding_decimal_and_headings_are_declared(tmp_path: Path) -> None:
    text = 'Verkoop nr;at;amount\n"Café; bar";2026-07-01T10:00:00Z;1,75\n'
    (tmp_path / "sales_a.csv").write_bytes(text.encode("cp1252"))
    how = {"delimiter": ";", "encoding": "cp1252", "decimal": ",", "rename": {"Verkoop nr": "id"}}
    land(tmp_path, **how)
    assert landed(tmp_path) == [{"id": "Café; bar", "at": "2026-07-01T10:00:00Z", "amount": 1.75}]


def test_byte_order_mark_that_is_not_declared_hides_no_row(tmp_path: Path) -> None:
    (tmp_path / "sales_a.csv").write_bytes("\ufeffid,at\na,2026-07-01T10:00:00Z\n".encode())
    with pytest.raises(MissingKey, match="has no column id"):
        land(tmp_path)
    assert land(tmp_path, encoding="utf-8-sig").rows == 1


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (b"", "is empty"),
        (b"id,at\na,2026-07-01T10:00:00Z", "ends inside line 2"),
        (b"id,at\na,2026-07-01T10:00:00Z\nb\n", "has 1 values in line 3, its heading 2"),
        (b'id,at\na,"2026-07-01T10', "ends inside a value"),
        (b"id,at\n\xff,2026-07-01T10:00:00Z\n", "is no utf-8"),
        (b"id,at,id\na,b,c\n", "names a column twice"),
    ],
)
def test_csv_that_is_not_whole_is_refused(tmp_path: Path, content: bytes, how: str) -> None:
    (tmp_path / "sales_a.csv").write_bytes(content)
    with pytest.raises(UnreadableAnswer, match=how) as caught:
        land(tmp_path)
    assert "sales_a.csv" in caught.value.seen
    assert not list((tmp_path / "lake").rglob("*.parquet.tmp"))


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (b'{"id":"a","at":"2026-07-01T10:00:00Z"}', "ends inside line 1"),
        (b'{"id":"a"}\n{"id":\n', "has no JSON object in line 2"),
        (b"[1]\n", "has no JSON object in line 1"),
    ],
)
def test_ndjson_that_is_not_whole_is_refused(tmp_path: Path, content: bytes, how: str) -> None:
    (tmp_path / "sales_a.ndjson").write_bytes(content)
    with pytest.raises(UnreadableAnswer, match=how):
        land(tmp_path, format="ndjson", pattern="sales_*.ndjson")


def test_ndjson_lands_as_it_came_where_nothing_is_to_be_read(tmp_path: Path) -> None:
    line = '{"id": "a",  "at": 1782900000,"n":"3"}'
    (tmp_path / "sales_a.ndjson").write_text(f"\n{line}\n")
    land(tmp_path, format="ndjson", pattern="sales_*.ndjson", unit="epoch_s")
    path = landed_path(tmp_path / "lake", "landing", "files", "sales", day(1))
    assert pq.read_table(path)["_payload"].to_pylist() == [line]
    assert errors(tmp_path) == ["Expected `int | null`, got `str` - at `$.n`"]


def test_ndjson_moments_without_a_zone_become_utc(tmp_path: Path) -> None:
    (tmp_path / "sales_a.ndjson").write_text('{"id":"a","at":"2026-07-01T10:00:00","x":[1.50]}\n')
    how = {"format": "ndjson", "pattern": "sales_*.ndjson", "zone": "Europe/Amsterdam"}
    land(tmp_path, **how)
    assert landed(tmp_path) == [{"id": "a", "at": "2026-07-01T08:00:00Z", "x": [1.5]}]


def test_parquet_lands_its_own_types(tmp_path: Path) -> None:
    moment = datetime(2026, 7, 1, 10, tzinfo=UTC)
    row = {"id": "a", "at": moment, "amount": Decimal("1.25"), "paid": True, "n": 3}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "sales_a.parquet")
    assert land(tmp_path, format="parquet", pattern="sales_*.parquet").invalid_rows == 0
    assert landed(tmp_path) == [
        {"id": "a", "at": "2026-07-01T10:00:00Z", "amount": 1.25, "paid": True, "n": 3}
    ]


def test_row_of_the_file_written_last_wins(tmp_path: Path) -> None:
    for name, amount in (("b", 1), ("a", 2)):
        path = tmp_path / f"sales_{name}.csv"
        path.write_text(f"id,at,amount\nx,2026-07-01T10:00:00Z,{amount}\n")
    assert land(tmp_path).duplicates == 1
    assert landed(tmp_path)[0]["amount"] == 2.0


def test_overlapping_files_give_each_row_once(tmp_path: Path) -> None:
    rows = [f"{n},2026-07-01T10:0{n}:00Z\n" for n in range(6)]
    (tmp_path / "sales_a.csv").write_text("id,at\n" + "".join(rows[:4]))
    (tmp_path / "sales_b.csv").write_text("id,at\n" + "".join(rows[2:]))
    manifest = land(tmp_path)
    assert (manifest.rows, manifest.duplicates) == (6, 2)


def test_rows_of_other_windows_are_cut(tmp_path: Path) -> None:
    (tmp_path / "sales_a.csv").write_text(
        "id,at\na,2026-06-30T23:59:59Z\nb,2026-07-01T00:00:00Z\nc,2026-07-02T00:00:00Z\n"
    )
    manifest = land(tmp_path)
    assert [one["id"] for one in landed(tmp_path)] == ["b"]
    assert manifest.outside_window == 2


# Which files a window reads


def named(*names: str) -> Any:
    """Stand for a folder with files of these names, each younger than the one before."""

    def matching(pattern: str) -> list[tuple[str, str]]:
        from fnmatch import fnmatch  # noqa: PLC0415

        return [(f"{n:03}", name) for n, name in enumerate(names) if fnmatch(name, pattern)]

    return matching


def dated(**more: Any) -> Declared:
    return Declared(**{**PLAIN, "pattern": "sales_%Y-%m-%d*.csv", **more})


def test_only_the_files_of_the_windows_days_are_read() -> None:
    folder = named(*(f"sales_2026-07-{n:02}.csv" for n in range(1, 9)), "sales_2026-07-02_1.csv")
    names, missing = chosen(folder, dated(), day(2, 2))
    assert names == ["sales_2026-07-02_1.csv", "sales_2026-07-03.csv", "sales_2026-07-02.csv"]
    assert missing == []


def test_day_without_a_file_is_missed_when_it_is_over() -> None:
    folder = named("sales_2026-07-01.csv", "sales_2026-07-03.csv")
    assert chosen(folder, dated(), day(1, 4))[1] == ["2026-07-02", "2026-07-04"]


def test_local_day_that_goes_on_after_the_window_is_not_missed_yet() -> None:
    names, missing = chosen(named("sales_2026-07-02.csv"), dated(zone="Europe/Amsterdam"), day(2))
    assert (names, missing) == (["sales_2026-07-02.csv"], [])
    assert chosen(named(), dated(zone="America/New_York"), day(2))[1] == ["2026-07-01"]


def test_day_before_the_window_is_looked_for_and_not_missed() -> None:
    declared = dated(late_days=2)
    reach = Window(day(3).start - declared.late, day(3).end)
    folder = named("sales_2026-07-01.csv", "sales_2026-07-03.csv")
    assert chosen(folder, declared, reach) == (
        ["sales_2026-07-03.csv", "sales_2026-07-01.csv"],
        [],
    )


def test_file_that_comes_late_is_landed_by_the_next_run(tmp_path: Path) -> None:
    how = {"kind": "restate", "pattern": "sales_%Y-%m-%d*.csv", "late_days": 2}
    assert land(tmp_path, day(2), **how).note.endswith("no file for 2026-07-02")
    (tmp_path / "sales_2026-07-02.csv").write_text("id,at\na,2026-07-02T10:00:00Z\n")
    (tmp_path / "sales_2026-07-03.csv").write_text("id,at\nb,2026-07-03T10:00:00Z\n")
    land(tmp_path, day(3), **how)
    assert [one["id"] for one in landed(tmp_path, day(2))] == ["a"]
    assert [one["id"] for one in landed(tmp_path, day(3))] == ["b"]


# Declarations


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('kind = "snapshot"', "snapshot"),
        ("colums = {}", "colums"),
        ('key = ["nr"]', "nr is not among its columns"),
        ('time = "id"', "id selects by time and is no moment"),
        ('zone = "Mars/Olympus"', "Mars/Olympus is no time zone"),
        ('zone = "Europe"', "Europe is no time zone"),
        ("late_days = 99999999999", "Expected `int` <= 366 - at `$.late_days`"),
        ('kind = "evnt"', "[sales]: Invalid enum value 'evnt'"),
        ("kind = event", "Invalid value"),
        ('columns = { id = "string", at = "moment" }', "id has the unknown type string"),
        (
            'columns = { "sale id" = "text", id = "text", at = "moment" }',
            "sale id is no column name",
        ),
        ('pattern = "../sales_*.csv"', "its pattern ../sales_*.csv leads out of the folder"),
        ('pattern = "/etc/*.csv"', "its pattern /etc/*.csv leads out of the folder"),
        ('delimiter = ";;"', "its delimiter ';;' is not one character"),
        ('encoding = "utf-99"', "'utf-99' is no encoding"),
        ('columns = { id = "text?", at = "moment" }', "its key is empty or may be missing"),
    ],
)
def test_declaration_that_cannot_be_is_refused_by_name(
    tmp_path: Path, line: str, said: str
) -> None:
    lines = {
        "kind": 'kind = "event"', "pattern": 'pattern = "a_*.csv"', "format": 'format = "csv"',
        "key": 'key = ["id"]', "time": 'time = "at"',
        "columns": 'columns = { id = "text", at = "moment" }',
    }  # fmt: skip
    lines[line.partition(" =")[0]] = line
    path = tmp_path / "streams.toml"
    path.write_text("[sales]\n" + "\n".join(lines.values()) + "\n")
    with pytest.raises(InvalidDeclaration, match=r"streams\.toml") as caught:
        read_declarations(path)
    assert said in str(caught.value)


def test_stream_whose_name_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "streams.toml").write_text('["../sales"]\n')
    with pytest.raises(InvalidDeclaration, match=r"\[\.\./sales\]: a stream's name is of letters"):
        read_declarations(tmp_path / "streams.toml")


def test_declarations_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDeclaration, match=r"streams\.toml: No such file"):
        read_declarations(tmp_path / "streams.toml")
