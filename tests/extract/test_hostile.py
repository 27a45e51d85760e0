"""Payloads that mean harm are told or made harmless before anything lands."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from extract import answers
from extract.access import Access
from extract.answers import without_halves
from extract.errors import CredentialsRefused, RequestRefused, UnreadableAnswer
from extract.http import Client
from extract.lake import accepted_files, land, landed_path
from extract.source import Batch
from tests.extract.northwind import day
from tests.extract.test_http import client
from tests.extract.test_landing import stream
from tests.extract.vendor import Answer, Vendor
from tests.extract.vendor import vendor as other_vendor

NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)


class Page(msgspec.Struct):
    rows: list[msgspec.Raw]


def rows(made: Client) -> list[msgspec.Raw]:
    with made:
        return made.get("/rows", {}, Page).rows


def packed(content: bytes, **more: Any) -> Answer:
    return Answer(body=gzip.compress(content), headers={"Content-Encoding": "gzip"}, **more)


def test_an_answer_that_unpacks_without_end_is_left(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 2**20)
    bomb = packed(b'{"rows": [' + b" " * 2**23 + b"]}")
    with pytest.raises(UnreadableAnswer, match="more than 1 MB in one answer"):
        rows(client(vendor.say(bomb).url))
    assert rows(client(vendor.say(packed(b'{"rows": []}' + b" " * 1000)).url)) == []


def test_an_error_that_unpacks_without_end_is_left(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 2**20)
    with pytest.raises(UnreadableAnswer, match="more than 1 MB"):
        rows(client(vendor.say(packed(b" " * 2**23, status=500)).url))
    with pytest.raises(CredentialsRefused):
        rows(client(vendor.say(packed(b'{"error": "no"}', status=401)).url))


def test_a_file_that_unpacks_to_more_than_was_told_is_not_kept(
    vendor: Vendor, tmp_path: Path
) -> None:
    vendor.say(packed(b"a" * 2**23))
    made = Client(Access("acme", vendor.url), now=lambda: NOW, sleep=lambda _: None, spool=tmp_path)
    with made, pytest.raises(UnreadableAnswer, match=r"\d+ bytes of 10,") as caught:
        made.download("/file", {}, size=10, md5=None)
    read = int(str(caught.value).partition("last with ")[2].split()[0])
    assert read < 2**23


def test_a_source_that_sends_us_elsewhere_is_not_followed(vendor: Vendor) -> None:
    with other_vendor() as other:
        other.say(Answer(body={"rows": []}))
        vendor.say(Answer(status=302, headers={"Location": f"{other.url}/rows"}))
        with pytest.raises(RequestRefused, match="302"):
            rows(client(vendor.url))
        assert other.seen == []


def test_json_that_is_nested_without_end_is_told(vendor: Vendor) -> None:
    deep = b'{"rows": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(UnreadableAnswer, match="nested without end"):
        rows(client(vendor.say(Answer(body=deep)).url))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb'"a\ud83d"', "a\ufffd"),  # cut within an emoji
        (rb'"\ude00 b"', "\ufffd b"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (rb'"\uD83D\uDE00"', "\U0001f600"),
        (rb'"\\ud83d"', "\\ud83d"),  # a backslash, and five letters
        (rb'"\\\ud83d\n"', "\\\ufffd\n"),
    ],
)
def test_halves_of_surrogate_pairs_become_what_utf_8_can_hold(written: bytes, read: str) -> None:
    assert msgspec.json.decode(without_halves(written)) == read


def record(text: str) -> bytes:
    return (
        b'{"id": 1, "updated_at": "2026-07-01T08:00:00Z", "tags": [], "text": %s}' % text.encode()
    )


@pytest.mark.parametrize(
    ("text", "landed"),
    [
        (r'"cut \ud83d"', "cut \ufffd"),
        (r'"nul \u0000 here"', "nul \x00 here"),
        (json.dumps("'); drop table marts; --"), "'); drop table marts; --"),
        (json.dumps("=cmd|' /C calc'!A0"), "=cmd|' /C calc'!A0"),
        (json.dumps("<script>alert(1)</script>"), "<script>alert(1)</script>"),
        (json.dumps("\u202etxt.exe \x1b[2J"), "\u202etxt.exe \x1b[2J"),
    ],
)
def test_a_hostile_text_lands_as_a_value_and_reads_as_one(
    vendor: Vendor, tmp_path: Path, text: str, landed: str
) -> None:
    found = rows(client(vendor.say(Answer(body=b'{"rows": [' + record(text) + b"]}")).url))
    manifest = land(tmp_path, "acme", stream(), day(1), [Batch(found)], now=NOW)
    assert (manifest.rows, manifest.invalid_rows) == (1, 0)
    path = landed_path(tmp_path, "landing", "acme", "tickets", day(1))
    with duckdb.connect() as con:
        [(read,)] = con.execute(
            'select from_json(_payload, \'{"text": "varchar"}\').text from read_parquet(?)',
            [str(path)],
        ).fetchall()
    assert read == landed
    assert not list(accepted_files(tmp_path)), "the gate has not judged it"


HUGE = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.extract.northwind import day
from tests.extract.test_hostile import NOW, Page, rows, stream
from tests.extract.test_http import client
from extract.errors import UnreadableAnswer
from extract.lake import land
from extract.source import Batch
try:
    found = rows(client(sys.argv[1]))
    print(land(Path(sys.argv[2]), "acme", stream(), day(1), [Batch(found)], now=NOW).rows)
except UnreadableAnswer as error:
    print(error.seen)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("megabytes", "said", "most"), [(100, "1", 1500), (1000, "more than 256 MB", 1000)]
)
def test_a_string_of_100_mb_lands_and_one_of_1_gb_is_left(
    vendor: Vendor, tmp_path: Path, megabytes: int, said: str, most: int
) -> None:
    before, after = (b'{"rows": [' + record('"|"') + b"]}").split(b"|")
    packer = zlib.compressobj(1, wbits=31)
    parts = [packer.compress(part) for part in (before, *[b"a" * 2**20] * megabytes, after)]
    bomb = b"".join([*parts, packer.flush()])
    vendor.say(Answer(body=bomb, headers={"Content-Encoding": "gzip"}))
    done = subprocess.run(
        [sys.executable, "-c", HUGE, vendor.url, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    told, peak = done.stdout.splitlines()
    assert said in told
    assert int(peak) < most, "memory is bounded, whatever a source sends"
