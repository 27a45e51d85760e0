"""An erasure from order to receipt: what goes, what stays, and that a kill loses nothing."""

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from expectations import quarantine
from extract.erased import FOLDER, KEY_NAME, guard, orders
from extract.lake import read_manifest
from ops.erasure import carry_out, command, memory, remains
from ops.erasure import orders as kept
from ops.erasure.orders import ErasureRefused
from ops.erasure.person import UnknownPerson
from ops.identity import decisions
from ops.private_build import Build, create_file
from ops.publish import Release
from ops.settings import Settings
from tests.canary import artefacts_with
from tests.ops.erasure_lake import ANN, NOW, OTHERS, both, payloads, put

WORDS = ("ann.vos@", "Ann.Vos@", "ann.old@", "903451200101", "55596508", "5559 6508", "cust-50001")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    put(folder, both(), "raw")
    put(folder, {name: ANN[name] for name in ("zendesk.users", "typeform.responses")})
    put(folder, {"hubspot.contacts": ANN["hubspot.contacts"]}, "refused")
    return folder


@pytest.fixture
def lake(settings: Settings, written: Path) -> Path:
    """Give each test a lake of its own with the person in every zone."""
    shutil.copytree(written, settings.lake)
    return settings.lake


def ordered(settings: Settings, *named: str) -> list[str]:
    return list(
        command.order(settings, named or ("ann.vos@example.org",), "Ruth", "case 118", lambda: True)
    )


def test_the_lake_holds_nobody_who_was_erased(settings: Settings, lake: Path) -> None:
    assert artefacts_with(lake, WORDS)
    ordered(settings)
    assert carry_out.erase_from_lake(lake, NOW) == 1
    assert artefacts_with(lake, WORDS) == []
    left = payloads(lake)
    assert set(left) == set(OTHERS)
    assert left["hubspot.contacts"] == [OTHERS["hubspot.contacts"]] * 2  # in raw and in refused
    assert left["zendesk.tickets"][0]["collaborator_ids"] == [903451200103]


def test_a_rewritten_file_is_as_the_landing_writes_it(settings: Settings, lake: Path) -> None:
    [path] = (lake / "raw" / "hubspot" / "contacts").rglob("*.parquet")
    schema = pq.read_schema(path).remove_metadata()
    ordered(settings)
    carry_out.erase_from_lake(lake, NOW)
    said = read_manifest(path)
    assert (said.rows, said.new, said.kept) == (1, 1, 0)
    assert [one["pk"] for one in said.errors] in ([], ["50102"])
    assert pq.read_schema(path).remove_metadata() == schema


def test_files_without_the_person_are_not_touched(settings: Settings, lake: Path) -> None:
    put(
        lake,
        {
            "hubspot.deals": {
                "id": "1",
                "properties": {"hs_lastmodifieddate": "2026-07-01T12:00:00Z"},
                "archived": False,
            }
        },
        "raw",
    )
    [path] = (lake / "raw" / "hubspot" / "deals").rglob("*.parquet")
    before = path.stat()
    ordered(settings)
    carry_out.erase_from_lake(lake, NOW)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_reading_everything_again_brings_nobody_back(settings: Settings, lake: Path) -> None:
    ordered(settings)
    carry_out.erase_from_lake(lake, NOW)
    known = guard(lake)
    put(lake, both(), guard=known)
    assert artefacts_with(lake, WORDS) == []
    assert "zendesk.users" not in payloads(lake)


class Killed(BaseException):
    pass


def test_killed_at_any_file_the_next_run_finishes(
    settings: Settings, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(settings)
    rewrite, done = carry_out.rewrite, []

    def dying(path: Path, *more: object) -> object:
        if len(done) in deaths:
            deaths.remove(len(done))
            raise Killed
        done.append(path)
        return rewrite(path, *more)  # type: ignore[arg-type]

    deaths = {0, 1, 4, 9}
    monkeypatch.setattr(carry_out, "rewrite", dying)
    for _ in range(len(deaths)):
        with pytest.raises(Killed):
            carry_out.erase_from_lake(lake, NOW)
        [(_, said)] = kept.unfinished(lake)
        assert said.lake_erased_at is None
    assert carry_out.erase_from_lake(lake, NOW) == 1
    assert carry_out.erase_from_lake(lake, NOW) == 0
    assert artefacts_with(lake, WORDS) == []
    [(_, said)] = kept.unfinished(lake)
    assert (said.removed_row_count, said.changed_row_count) == (9, 2)


def test_killed_before_the_order_is_whole_nothing_is_ordered(
    settings: Settings, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_: object) -> bytes:
        raise Killed

    monkeypatch.setattr("ops.erasure.orders.msgspec.json.encode", dying)
    with pytest.raises(Killed):
        ordered(settings)
    assert orders(lake) == []
    monkeypatch.undo()
    assert "is written" in ordered(settings)[-1]


def test_the_same_command_goes_on_with_what_was_ordered(settings: Settings, lake: Path) -> None:
    ordered(settings)
    assert ordered(settings) == ["ordered before"]
    assert ordered(settings, "06-55596508") == ["ordered before"]
    done = list(command.resume(settings))
    assert "9 rows removed, 2 changed in 7 files" in done[0]
    assert ordered(settings) == ["ordered before"]
    assert list(command.resume(settings)) == ["no erasure waits"]
    assert len(orders(lake)) == 1


def test_who_says_no_has_erased_nothing(settings: Settings, lake: Path) -> None:
    told = list(command.order(settings, ["ann.vos@example.org"], "R", "w", lambda: False))
    assert told[-1] == "nothing was erased"
    assert orders(lake) == []


def test_an_unknown_identifier_is_refused(settings: Settings, lake: Path) -> None:
    with pytest.raises(UnknownPerson) as refused:
        ordered(settings, "carl@example.org")
    assert refused.value.why == "no release and no file of the lake knows it"
    assert orders(lake) == []


@pytest.mark.parametrize(("by", "why"), [("", "w"), ("R", " "), ("R", "ann.vos@example.org asks")])
def test_an_order_says_who_and_why_but_not_about_whom(
    settings: Settings, lake: Path, by: str, why: str
) -> None:
    with pytest.raises(ErasureRefused, match="a case number will do"):
        list(command.order(settings, ["ann.vos@example.org"], by, why, lambda: True))
    assert orders(lake) == []


def test_order_receipt_and_key_hold_no_personal_data(settings: Settings, lake: Path) -> None:
    ordered(settings)
    carry_out.erase_from_lake(lake, NOW)
    names = {path.name for path in (lake / FOLDER).iterdir()}
    assert len(names) == 3
    assert artefacts_with(lake / FOLDER, [*WORDS, "50101", "48211"]) == []
    assert (lake / FOLDER / KEY_NAME).stat().st_mode & 0o077 == 0


def test_decisions_on_the_person_go_and_others_stay(settings: Settings, lake: Path) -> None:
    for pair in (("hubspot:50101", "zendesk:7"), ("hubspot:50102", "zendesk:8")):
        decisions.decide(lake, pair, "same", "Eve", "looked", NOW)
    ordered(settings)
    carry_out.erase_from_lake(lake, NOW)
    assert [one.left_record_key for one in decisions.standing(lake)] == ["hubspot:50102"]
    assert quarantine.decisions(lake) == []


def test_drafts_that_a_kill_left_go_whatever_their_age(settings: Settings, lake: Path) -> None:
    [path] = (lake / "raw" / "hubspot" / "contacts").rglob("*.parquet")
    draft = path.with_name(f".{path.name}.20260702T000000Z.abc.tmp")
    draft.write_bytes(path.read_bytes())
    ordered(settings)
    carry_out.erase_from_lake(lake, NOW - timedelta(days=2))
    assert not draft.exists()


# What is left beside lake and releases


def test_logs_pages_lists_and_small_tables_lose_the_person(settings: Settings, lake: Path) -> None:
    data = settings.data_dir
    texts = {
        "logs/dbt/dbt.log": "key ann.vos@example.org twice",
        "alerts/1.json": json.dumps({"what": "zendesk:903451200101 = hubspot:50101?"}),
        "docs/gx/a.html": "<td>+31 6 5559 6508</td>",
    }
    for name, text in texts.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text)
    (data / "lists").mkdir()
    (data / "lists" / "win.csv").write_text("contact_id,audience_slug\n50101,win\n50102,win\n")
    (data / "logs" / "whole.bin").write_bytes(b"\0\xff ann")
    ordered(settings)
    list(command.resume(settings))
    assert artefacts_with(data, [*WORDS, "50101"]) == []
    assert json.loads((data / "alerts" / "1.json").read_text())["what"] == "[erased] = [erased]?"
    assert (data / "lists" / "win.csv").read_text().split() == [
        *("contact_id,audience_slug", "50102,win"),
    ]
    assert (data / "logs" / "whole.bin").read_bytes() == b"\0\xff ann"


def test_questions_in_the_metadata_lose_the_person(settings: Settings, lake: Path) -> None:
    path = settings.airflow_home / "airflow.db"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as con:
        con.execute("create table hitl_detail (ti_id text primary key, subject text, body json)")
        rows = [
            ("a", "hubspot:50101 = x:7?", '"ann.vos@example.org"'),
            ("b", "hubspot:50102", '"b"'),
        ]
        con.executemany("insert into hitl_detail values (?, ?, ?)", rows)
    ordered(settings)
    list(command.resume(settings))
    assert artefacts_with(settings.airflow_home, [*WORDS, "50101"]) == []
    with sqlite3.connect(path) as con:
        assert con.execute("select * from hitl_detail order by 1").fetchall() == [
            ("a", "[erased] = x:7?", '"[erased]"'),
            ("b", "hubspot:50102", '"b"'),
        ]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [("sentiment", "int_texts_to_score"), ("scrubbed", "int_texts_to_scrub")],
)
def test_what_was_found_of_texts_that_are_gone_goes(
    settings: Settings, kind: str, texts: str
) -> None:
    release = Release(settings.data_dir / "marts" / "releases" / "r", {})
    release.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(release.warehouse)) as con:
        con.execute("create schema intermediate")
        con.execute(f"create table intermediate.{texts} as select 'b' as text_sha")
        folder = settings.lake / "enrichment" / kind / "m-1"
        folder.mkdir(parents=True)
        for name, shas in {"mixed": "['a', 'b']", "gone": "['a']", "held": "['b']"}.items():
            path = folder / f"{name}.parquet"
            con.execute(f"copy (select unnest({shas}) as text_sha) to '{path}' (format parquet)")
    remains.purge(settings, release, guard(settings.lake), NOW)
    left = {path.stem: pq.read_table(path)["text_sha"].to_pylist() for path in folder.iterdir()}
    assert left == {"mixed": ["b"], "held": ["b"]}


# The memory of the warehouse


def test_a_warehouse_begun_anew_keeps_its_memory_without_the_person(
    settings: Settings, lake: Path
) -> None:
    ordered(settings)
    known = guard(lake)
    theirs = kept.digest(known.key, "identifier_key", "ann-key")
    known = replace(known, hashes=known.hashes | {theirs})
    before, private = settings.data_dir / "old.duckdb", settings.data_dir / "build"
    private.mkdir()
    with duckdb.connect(str(before)) as con:
        con.execute("create schema intermediate; create schema staging")
        con.execute("create table staging.stg as select 'ann.vos@example.org' as email")
        con.execute(
            "create table intermediate.int_identity_ledger as select * from (values "
            "('ann-key', 'c1', 'new'), ('bob-key', 'c2', 'shares +31655596508 with a record'), "
            "('eve-key', 'c3', null)) as t(identifier_key, customer_key, reason)"
        )
    build = Build(settings.data_dir, 2, "r", private, 0)
    create_file(build.warehouse, "main")
    table = ("intermediate", "int_identity_ledger")
    memory.carry_over(before, build, [table, ("intermediate", "absent")], known)
    with duckdb.connect(str(build.warehouse)) as con:
        rows = con.execute("from intermediate.int_identity_ledger order by all").fetchall()
        tables = con.execute("select count(*) from duckdb_tables()").fetchall()
    assert rows == [("bob-key", "c2", "shares [erased] with a record"), ("eve-key", "c3", None)]
    assert tables == [(1,)]
    assert artefacts_with(private, [*WORDS, "ann-key"]) == []
    assert [path.name for path in private.iterdir()] == ["warehouse.duckdb"]
