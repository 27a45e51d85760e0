"""A person with records in all ten sources is erased: nothing that the system owns knows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract import NAMES, find_source
from extract.erased import guard, without_erased
from extract.lake import MANIFEST_KEY, accepted_files, land, read_manifest
from extract.source import Batch
from ops import publish, steps
from ops.erasure import command, export, person
from ops.settings import Settings
from tests.canary import artefacts_with
from tests.dbt.living_company import FIRST, LivingLake, living

DAYS = 3
SEARCHES, TOLD_AFTER = ("search_console.by_date", "search_console.by_query_page"), 6
NOT_OURS = {"drop", "truth"}
K = 5
ELSEWHERE = ("bluesky_did:did:plc:planted7", "facebook_user_id:9009009001")
ELSEWHERE += ("servicenow_user_id:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",)
TICKET, BROWSER, HANDLE = 99900117, "911900117.1751000117", "planted_ann117"


def first_row(lake: Path, name: str) -> tuple[Path, dict[str, Any]]:
    """Return the newest accepted file of a stream that holds a row, and that row."""
    source, stream = name.split(".")
    for path in reversed(list(accepted_files(lake, source, stream))):
        if rows := pq.read_table(path).slice(0, 1).to_pylist():
            return path, rows[0]
    raise AssertionError(name)


def somebody(lake: Path) -> dict[str, str]:
    """Return a customer whom both the CRM and the desk know."""
    users = [
        json.loads(text)
        for path in accepted_files(lake, "zendesk", "users")
        for text in pq.read_table(path)["_payload"].to_pylist()
    ]
    desk = {user["external_id"]: user["id"] for user in users if user["external_id"]}
    for path in accepted_files(lake, "hubspot", "contacts"):
        for text in pq.read_table(path)["_payload"].to_pylist():
            found = json.loads(text)["properties"]
            number = found["customer_number"]
            if number in desk and found["email"] and found["phone"]:
                return {**found, "user_id": desk[number]}
    raise AssertionError("nobody")


def planted(lake: Path, who: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a record of the person for each source, made from one that is there."""
    email, of_caller = who["email"], ELSEWHERE[2].partition(":")[2]
    says = {
        "zendesk.tickets": {"id": TICKET, "requester_id": who["user_id"], "description": email},
        "x.search_posts": {
            "id": "2079999999999990117",
            "author_id": "7700117001",
            "author": {"id": "7700117001", "username": HANDLE, "name": "A"},
        },
        "bluesky.search_posts": {
            "uri": "at://did:plc:planted7/app.bsky.feed.post/3m",
            "author": {"did": "did:plc:planted7", "handle": "planted7.bsky.social"},
        },
        "facebook.comments": {"id": "1_117", "from": {"id": "9009009001", "name": "A"}},
        "servicenow.incident": {"sys_id": "ab" * 16, "caller_id": of_caller},
        "typeform.responses": {"response_id": "c117", "hidden": {"email": email.upper()}},
        "files.interaction_audits": {
            "audit_id": "QM-117",
            "system": "zendesk",
            "interaction_type": "ticket",
            "interaction_id": str(TICKET),
        },
        "search_console.by_query_page": {"query": f"who is {email}"},
    }
    records = {
        name: within(json.loads(first_row(lake, name)[1]["_payload"]), said)
        for name, said in says.items()
    }
    contact = json.loads(first_row(lake, "hubspot.contacts")[1]["_payload"])
    tied = {"twitterhandle": f"@{HANDLE}", "ga_client_id": BROWSER}
    contact["properties"] |= {**{key: who[key] for key in ("email", "customer_number")}, **tied}
    return {**records, "hubspot.contacts": {**contact, "id": who["hs_object_id"]}}


def within(record: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return a record with some of its values changed, inner ones too."""
    return record | {
        key: within(record[key], value)
        if isinstance(value, dict) and isinstance(record.get(key), dict)
        else value
        for key, value in said.items()
    }


def landed(lake: Path, scratch: Path, name: str, record: dict[str, Any]) -> pa.Table:
    """Land a record in a lake apart, by the guard of the lake, as a pull would."""
    source, stream = name.split(".")
    path, _ = first_row(lake, name)
    declared, window = find_source(source).stream(stream), read_manifest(path).window
    batch = Batch([msgspec.Raw(json.dumps(record).encode())])
    batches = without_erased([batch], guard(lake), name, declared)
    land(scratch, source, declared, window, batches, now=window.end)
    return pq.read_table(next((scratch / "landing" / source / stream).rglob("*.parquet")))


def plant(lake: Path, scratch: Path, who: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Put a record of the person into an accepted file of each source."""
    records = planted(lake, who)
    for name, record in records.items():
        path, _ = first_row(lake, name)
        added = landed(lake, scratch, name, record)
        assert added.num_rows == 1
        assert added["_error"].to_pylist() == [None], name
        append(path, added)
    path, row = first_row(lake, "ga4.events")
    theirs = {**row, "_pk": "p117", "user_id": who["customer_number"], "user_pseudo_id": BROWSER}
    append(path, pa.Table.from_pylist([theirs], pq.read_schema(path)))
    return records


def append(path: Path, added: pa.Table) -> None:
    table = pq.read_table(path)
    said = read_manifest(path)
    told = msgspec.json.encode(msgspec.structs.replace(said, rows=said.rows + 1, new=said.new + 1))
    whole = pa.concat_tables([table, added.cast(table.schema)])
    pq.write_table(whole.replace_schema_metadata({MANIFEST_KEY: told}), path)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[LivingLake]:
    with living(tmp_path, seed=11, customers=60) as lake:
        for day in range(DAYS):
            lake.stand_after(day)
            lake.read(day)
        lake.stand_after(TOLD_AFTER)
        lake.read(TOLD_AFTER, SEARCHES)
        yield lake


def released(settings: Settings) -> None:
    steps.build(settings)
    steps.check_marts(settings)
    steps.publish(settings)


def facts(release: publish.Release) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of facts by day, and the headline numbers."""
    asked = {
        "fct_touchpoints": "select booked_on, touchpoint_key from marts.fct_touchpoints",
        "fct_web_sessions": "select started_on, identifier_key from marts.fct_web_sessions",
        "agg_experience_daily": "select booked_on, metric_slug, segment_type, segment_slug, "
        "sample_count, value from marts.agg_experience_daily",
    }
    with duckdb.connect(str(release.marts), read_only=True) as con:
        columns = con.execute(
            "select column_name from duckdb_columns() where table_name = 'fct_touchpoints'"
        ).fetchall()
        day = next(
            name for (name,) in columns if name in ("booked_on", "occurred_on", "started_on")
        )
        asked["fct_touchpoints"] = asked["fct_touchpoints"].replace("booked_on", day)
        return {name: con.execute(query).fetchall() for name, query in asked.items()}


@pytest.mark.slow
def test_a_person_in_all_ten_sources_is_erased_for_good(
    company: LivingLake, tmp_path: Path
) -> None:
    settings, lake = company.settings, company.root
    who = somebody(lake)
    records = plant(lake, tmp_path / "scratch", who)
    assert {name.partition(".")[0] for name in (*records, "ga4.events")} == set(NAMES)
    released(settings)
    before = publish.current(settings.data_dir)
    assert before
    then = facts(before)

    named = [who["email"], *ELSEWHERE]
    found = person.find(settings, named)
    assert {one.stream.partition(".")[0] for one in found.found} == set(NAMES)
    words = [
        *(who["email"], who["email"].lower(), who["email"].upper(), who["customer_number"]),
        *(str(who["user_id"]), who["phone"], HANDLE, BROWSER, str(TICKET), "7700117001"),
        *(one.partition(":")[2] for one in ELSEWHERE),
        *found.customer_keys,
    ]
    export.export(settings, found, tmp_path / "person.json", FIRST)
    said = (tmp_path / "person.json").read_text().lower()
    held = [word for word in words if word.lower() in said]
    assert set(words) - set(held) <= {who["phone"]}
    (settings.data_dir / "logs" / "a.log").write_text(f"asked for {who['email']}\n")
    searched = records["search_console.by_query_page"]["query"]
    words.append(sha256(searched.encode()).hexdigest())  # what was scrubbed lies by it
    places = "\n".join(known_words(settings, words))
    assert "enrichment/scrubbed/" in places

    list(command.order(settings, named, "Ruth", "case 118", lambda: True))
    told = list(command.resume(settings))
    assert told[0].startswith("erasure ")
    assert known_words(settings, words) == []

    after = publish.current(settings.data_dir)
    assert after
    assert [one.id for one in publish.releases(settings.data_dir)] == [after.id]
    now = facts(after)
    gone = {name: set(then[name]) - set(now[name]) for name in then}
    assert gone["fct_touchpoints"]
    touched = {day for name in ("fct_touchpoints", "fct_web_sessions") for day, *_ in gone[name]}
    for name in ("fct_touchpoints", "fct_web_sessions"):
        assert set(now[name]) <= set(then[name])
    large = {row for row in then["agg_experience_daily"] if row[4] > K}
    assert {row for row in large if row[0] not in touched} <= set(now["agg_experience_daily"])
    at_most = len(gone["fct_touchpoints"]) + len(gone["fct_web_sessions"])
    counted = {row[:4]: row[4] for row in now["agg_experience_daily"]}
    for row in large:
        assert 0 <= row[4] - counted.get(row[:4], 0) <= at_most, row

    for day in range(DAYS):
        company.read_again(day)
    for name, record in records.items():
        again = landed(lake, tmp_path / "again", name, record)
        assert again.num_rows == 0, name
    assert known_words(settings, words) == []
    released(settings)
    assert known_words(settings, words) == []


def known_words(settings: Settings, words: list[str]) -> list[str]:
    """Return where the system still holds a word, as raw bytes or as a decoded value."""
    return [
        hit
        for folder in sorted(settings.data_dir.iterdir())
        if folder.is_dir() and folder.name not in NOT_OURS
        for hit in artefacts_with(folder, words)
    ]
