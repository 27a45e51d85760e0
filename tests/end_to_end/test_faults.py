"""Each fault is refused or put aside with the promised words, and the last release is served on."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from extract.pull import Waiting
from ops import children, cli, settings
from ops.settings import Settings
from ops.world import WorldParameters
from tests.end_to_end.conftest import Company

NOW = datetime(2026, 8, 16, 0, 10, tzinfo=UTC)
WINDOW = ("--from", "2026-08-15", "--to", "2026-08-16")
FILE = "dt=2026-08-15/20260815T000000Z--20260816T000000Z"


@dataclass(frozen=True)
class Served:
    """A warehouse with a release, and the running company that it reads."""

    settings: Settings
    url: str
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def fault(self, path_regex: str, **what: Any) -> None:
        fault = {"path_regex": path_regex, "times": None, **what}
        httpx.post(f"{self.url}/__faults", json=[fault]).raise_for_status()

    def cxw(self, *arguments: str) -> tuple[int, str]:
        """Run a command against the company; return exit code and what it printed.

        In this process, because a fresh one would import Great Expectations for each test.
        """
        given = {name: value for name, value in settings.to_environ(self.settings).items() if value}
        for name in [name for name in os.environ if name.startswith(("CXW_", "AIRFLOW"))]:
            self.monkeypatch.delenv(name)
        for name, value in {**given, "COLUMNS": "400"}.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.chdir(self.settings.data_dir.parent)
        self.monkeypatch.setattr(sys, "argv", ["cxw", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = self.capsys.readouterr()
        return int(end.value.code or 0), " ".join((said.out + said.err).split())

    def extract_and_check(self, source: str, stream: str) -> tuple[int, str]:
        code, said = self.cxw("extract", source, stream, *WINDOW)
        assert code == 0, said
        return self.cxw("check", source, stream, *WINDOW)

    def file(self, zone: str, stream: str) -> Path:
        return self.settings.lake / zone / stream.replace(".", "/") / f"{FILE}.parquet"

    def rows(self, zone: str, stream: str, sql: str) -> list[tuple]:
        with duckdb.connect() as con:
            con.execute(f"create view landed as from read_parquet('{self.file(zone, stream)}')")
            return con.execute(sql).fetchall()

    @property
    def release(self) -> str:
        return os.readlink(self.settings.data_dir / "marts" / "current")


@pytest.fixture(scope="module")
def url(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Let the company go on for a day; its faults and changes are taken back after each test."""
    world = WorldParameters(company.seed, company.customers, date.fromisoformat(company.start))
    with children.sandbox(world, NOW, tmp_path_factory.mktemp("log") / "sandbox.log") as url:
        yield url


@pytest.fixture
def served(
    company: Company,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Served]:
    for name in ("lake", "marts"):
        shutil.copytree(company.data / name, tmp_path / "data" / name, symlinks=True)
    given = settings.load({"CXW_DATA_DIR": str(tmp_path / "data")}, working_dir=tmp_path)
    made = Served(children.sandboxed(given, url), url, monkeypatch, capsys)
    before = made.release
    yield made
    for path in ("__faults", "__world/mutate"):
        httpx.delete(f"{url}/{path}", timeout=60).raise_for_status()
    assert made.release == before
    link = tmp_path / "data" / "marts" / "current" / "cx_warehouse.duckdb"
    with duckdb.connect(str(link), read_only=True) as con:
        assert con.execute("select count(*) from marts.fct_calls").fetchall()[0][0] > 0


def test_a_type_that_flipped_in_every_row_refuses_the_file(served: Served) -> None:
    served.fault("incremental/calls", flip={"talk_time": "soon"})
    code, said = served.extract_and_check("zendesk", "calls")
    assert code == 1
    assert "rows have another type than staging reads" in said
    assert "docs/runbooks/file_refused.md" in said
    assert not served.file("raw", "zendesk.calls").exists()
    [(reason, raw)] = served.rows(
        "refused", "zendesk.calls", "select any_value(_error), any_value(_payload) from landed"
    )
    assert "$.talk_time" in reason
    assert '"soon"' in raw


def test_a_record_without_its_key_refuses_the_read(served: Served) -> None:
    served.fault("incremental/calls", drop_field=["id"], rows=1)
    code, said = served.cxw("extract", "zendesk", "calls", *WINDOW)
    assert code == 1
    assert "zendesk.calls" in said
    assert "id" in said
    assert not served.file("landing", "zendesk.calls").exists()


def test_a_negative_duration_is_put_aside_with_its_raw_value(served: Served) -> None:
    served.fault("incremental/calls", flip={"talk_time": -5}, rows=1)
    code, said = served.extract_and_check("zendesk", "calls")
    assert code == 0, said
    [(reason, raw)] = served.rows(
        "raw", "zendesk.calls", "select _error, _payload from landed where _error is not null"
    )
    assert "talk_time is -5" in reason
    assert json.loads(raw)["talk_time"] == -5
    [(sound,)] = served.rows(
        "raw", "zendesk.calls", "select count(*) from landed where _error is null"
    )
    assert sound > 0


def test_a_record_served_twice_is_landed_once(served: Served) -> None:
    served.fault("incremental/calls", duplicate=True)
    code, said = served.extract_and_check("zendesk", "calls")
    assert code == 0, said
    [(rows, keys)] = served.rows(
        "raw", "zendesk.calls", "select count(*), count(distinct _pk) from landed"
    )
    assert rows == keys > 0


def test_a_page_that_breaks_off_each_time_is_refused(served: Served) -> None:
    served.fault("incremental/calls", truncate_bytes=200)
    at_once = partial(Waiting, sleep=lambda _: None)
    served.monkeypatch.setattr("extract.pull.Waiting", at_once)
    code, said = served.cxw("extract", "zendesk", "calls", *WINDOW)
    assert code in {1, 75}
    assert "an answer that was cut short" in said
    assert not served.file("landing", "zendesk.calls").exists()


def test_a_page_that_broke_off_once_is_asked_for_again(served: Served) -> None:
    served.fault("incremental/calls", truncate_bytes=200, times=1)
    code, said = served.extract_and_check("zendesk", "calls")
    assert code == 0, said


def test_a_full_read_that_shrank_is_refused(served: Served) -> None:
    served.fault("/owners", drop_tail=3)
    code, said = served.cxw("extract", "hubspot", "owners", *WINDOW)
    assert code == 1
    assert "--accept-shrink" in said
    assert not served.file("landing", "hubspot.owners").exists()


def test_a_day_with_far_too_few_rows_is_refused(served: Served) -> None:
    change = {"name": "ga4.events", "key": "2026-08-15", "drop_tail": 100_000}
    httpx.post(f"{served.url}/__world/mutate", json=change, timeout=60).raise_for_status()
    code, said = served.extract_and_check("ga4", "events")
    assert code == 1
    assert "below the bound of" in said
    assert not served.file("raw", "ga4.events").exists()


@pytest.mark.slow
def test_closed_numbers_that_moved_without_cause_refuse_the_marts(served: Served) -> None:
    for stream in ("calls", "legs", "tickets", "users", "satisfaction_ratings"):
        code, said = served.extract_and_check("zendesk", stream)
        assert code == 0, said
    code, said = served.cxw("build")
    assert code == 0, said
    [built] = (served.settings.data_dir / "build").glob("*/cx_warehouse.duckdb")
    with duckdb.connect(str(built)) as con:
        con.execute(
            "update marts.agg_experience_daily set value = value + 1, score_sum = score_sum"
            " + sample_count where metric_slug = 'asa_seconds' and booked_on = '2026-07-02'"
        )
    code, said = served.cxw("check", "marts")
    assert code == 1
    assert "2026-07-02" in said
    assert "docs/runbooks/marts_refused.md" in said
    code, said = served.cxw("publish")
    assert code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("extract", "zendesc", "calls", *WINDOW), "zendesc"),
        (("extract", "zendesk", "calls", "--from", "2026-07-12", "--to", "2026-07-11"), "start"),
        (("extract", "x", "search_posts", "--from", "2026-07-01", "--to", "2026-07-02"), "7 days"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_three_clauses(
    served: Served, arguments: tuple[str, ...], words: str
) -> None:
    code, said = served.cxw(*arguments)
    assert code in {1, 2}
    assert words in said
    assert [clause for clause in ("seen", "why", "next") if clause in said.split()] == [
        "seen",
        "why",
        "next",
    ]


def test_a_wrong_token_is_told_without_the_token(served: Served) -> None:
    wrong = settings.with_source(
        served.settings,
        "hubspot",
        {"base_url": f"{served.url}/hubspot", "token": "canary-of-a-token"},
    )
    code, said = replace(served, settings=wrong).cxw("extract", "hubspot", "contacts", *WINDOW)
    assert code == 1
    assert "401" in said
    assert "check token and scopes of this source" in said
    assert "canary" not in said
    assert not any(
        b"canary-of-a-token" in path.read_bytes()
        for path in served.settings.data_dir.rglob("*")
        if path.is_file()
    )


def test_a_missing_value_is_named(served: Served) -> None:
    without = settings.with_source(
        served.settings, "zendesk", {"base_url": f"{served.url}/zendesk", "email": "ops"}
    )
    code, said = replace(served, settings=without).cxw("extract", "zendesk", "calls", *WINDOW)
    assert code == 2
    assert "CXW_ZENDESK_API_TOKEN not set" in said
    assert ".env.example" in said


def test_a_damaged_file_in_the_lake_is_named_before_anything_is_built(served: Served) -> None:
    [victim, *_] = sorted((served.settings.lake / "raw/zendesk/calls").rglob("*.parquet"))
    victim.write_bytes(victim.read_bytes()[:-40])
    code, said = served.cxw("build")
    assert code == 1
    assert victim.name in said
    assert "again" in said
