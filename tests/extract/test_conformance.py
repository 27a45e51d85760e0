"""What every stream must hold to, judged against the simulated company.

Everything follows from the registration of a stream: a new source is held to all of it at once.
`tests/extract/conformance.py` says what is known of a stream; the number of cases that judged
something is told at the end of the run. A claim that cannot be made of a stream makes no case, or a
skipped one where only the answers show it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from extract.errors import (
    CredentialsRefused,
    CxwError,
    Defer,
    ImpossibleWindow,
    MissingKey,
    SnapshotPast,
    SourceUnavailable,
    UnreadableAnswer,
)
from extract.lake import landed_path, read_manifest
from extract.source import DAY, Kind, Window
from sandbox.clients import CLIENTS
from sandbox.touching import alike
from sandbox.world import World
from tests.extract import conformance
from tests.extract.conformance import (
    API,
    BOOKLESS,
    CASES,
    MINUTE,
    NOW,
    POSITIONS,
    Bench,
    Case,
    Known,
    dig,
    merged_path,
    renews,
    secrets,
    texts,
    typed_paths,
    without_book,
    wronged,
)
from tests.extract.northwind import day, northwind


def every(holds: Callable[[Case], bool] = lambda _: True) -> pytest.MarkDecorator:
    """Put a claim to every stream of which it can be made."""
    return pytest.mark.parametrize("case", list(filter(holds, CASES)), ids=str)


def in_records(case: Case) -> bool:
    return case.stream.columns is None


def shows_credentials(case: Case) -> bool:
    """Tell whether its last request does; X's verdicts lie at an address that is its own key."""
    return not case.stream.asks_for


def in_time(case: Case) -> bool:
    return case.kind in {Kind.EVENT, Kind.ENTITY}


def by_hand(case: Case) -> bool:
    """Tell whether its records are entities that the company can change by hand."""
    return case.book is not None and case.kind is Kind.ENTITY


@pytest.fixture(scope="module")
def shared(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    scratch = tmp_path_factory.mktemp("known")
    with northwind(world, scratch) as company:
        yield Bench(company, scratch)


@pytest.fixture
def bench(shared: Bench, tmp_path: Path) -> Bench:
    shared.reset(tmp_path / "lake")
    return shared


def test_every_entity_has_a_book_so_that_no_claim_is_lost() -> None:
    assert without_book() == BOOKLESS, "name the book in STREAMS of sandbox/faces/view.py"


def test_the_rule_for_books_sees_one_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    others = tuple(name for name in conformance.STREAMS if name != "hubspot.deals")
    monkeypatch.setattr(conformance, "STREAMS", others)
    assert without_book() == {"hubspot.deals", *BOOKLESS}


# What lands


@every()
def test_lands_rows_that_say_where_they_are_from(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    manifest = bench.pull(case, known.window)
    assert manifest.rows == len(bench.rows(case, known.window)) > 0
    assert manifest.invalid_rows == 0
    assert manifest.requests > 0
    assert manifest.bytes > 0
    for part in case.stream.file_windows(known.window):
        path = landed_path(bench.company.lake, "landing", case.source, case.name, part)
        told, table = read_manifest(path), bench.company.table(case.source, case.name, part)
        assert (told.window, told.rows) == (part, table.num_rows)
        assert set(table["_interval_start"].to_pylist()) <= {part.start}
        assert table.column("_error").null_count == table.num_rows
        reach = case.stream.reach(part)
        assert all(cursor in reach for cursor in table["_cursor"].to_pylist() if cursor)
        assert len(set(bench.rows(case, known.window))) == manifest.rows


@every(by_hand)
def test_lands_every_record_that_the_company_changed_in_the_window(
    bench: Bench, case: Case
) -> None:
    known = bench.known(case)
    newest = {one.key: one for one in bench.company.world.versions(str(case.book), NOW)}
    reach = case.stream.reach(known.window)
    changed = {k for k, one in newest.items() if one.at in reach and "_gone" not in one.record}
    assert {row[0] for row in known.rows} >= changed


@every()
def test_window_without_rows_lands_an_empty_file(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    window = known.window
    if case.kind is Kind.RESTATE:
        window = day(-30)
    elif not in_time(case) or case.stream.horizon:
        if is_single(case, known):
            pytest.skip(SINGLE)
        bench.company.fault(API, times=None, drop_tail=1_000_000, flip={"$.total_items": 0})
    else:
        window = day(-30)
    manifest = bench.pull(case, window)
    assert manifest.rows == 0
    assert len(bench.visible()) == len(case.stream.file_windows(window))
    assert bench.rows(case, window) == []


# Pages


@every()
@pytest.mark.parametrize("size", ["exactly_full", "one_over", "three"])
def test_pages_lose_no_row_at_their_seams(bench: Bench, case: Case, size: str) -> None:
    known = bench.known(case)
    rows = {"exactly_full": known.most, "one_over": known.most - 1, "three": 3}[size]
    bench.company.control("/__options", {"page_size": max(rows, 1)})
    manifest = bench.pull(case, known.window)
    assert bench.rows(case, known.window) == known.rows
    more = -(-len(known.rows) // max(rows, 1)) > -(-len(known.rows) // max(known.most, 1))
    if size == "exactly_full":
        return
    if not is_paged(bench, known):
        pytest.skip("no answer is cut by a page size: there is no seam")
    assert not more or manifest.requests > known.manifest.requests


def is_single(case: Case, known: Known) -> bool:
    """Tell whether an answer is itself the only record, so that none can be doubled or left out."""
    return case.kind is Kind.SNAPSHOT and known.most == len(known.rows) == 1


SINGLE = "an answer is itself the only record: none can be doubled or left out"


def is_paged(bench: Bench, known: Known) -> bool:
    """Tell whether the fullest request is one that a page size cuts."""
    return any(one["rows"] == bench.company.control("/__options", {})["page_size"]
               for one in bench.company.requests())  # fmt: skip


@every(in_records)
def test_rows_served_twice_land_once(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    if is_single(case, known):
        pytest.skip(SINGLE)
    bench.company.fault(API, times=None, duplicate=True)
    manifest = bench.pull(case, known.window)
    assert bench.rows(case, known.window) == known.rows
    assert manifest.duplicates >= 1


@every(by_hand)
def test_row_that_moves_while_pages_are_read_hides_no_other(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    if len(known.rows) == 1:
        pytest.skip("there is no other row that it could hide")
    paged = next(one["path"] for one in known.requests if one["rows"])
    lake = bench.company.lake
    for number, key in enumerate(dict.fromkeys(row[0] for row in known.rows if not row[2])):
        bench.reset(lake.with_name(f"moved{number}"))
        bench.company.at(known.now)
        bench.company.control("/__options", {"page_size": 3 if len(known.rows) > 3 else 1})
        change = {"name": case.book, "key": key, "at": (NOW - MINUTE).isoformat()}
        bench.company.fault(rf"^{paged}(\?|$)", skip=1, meanwhile=[change])  # behind its first page
        bench.pull(case, known.window)
        others = {row for row in known.rows if row[0] != key}
        assert others <= set(bench.rows(case, known.window)), f"{key} hid others"
        assert sum(one["fault"] for one in bench.company.requests()) == 1


@every()
def test_page_that_comes_for_ever_is_not_read_for_ever(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.company.control("/__options", {"page_size": 3})
    bench.company.fault(re.escape(known.last["path"]), times=60, repeat=True)
    try:
        bench.pull(case, known.window)
    except CxwError:
        assert bench.left() == []
    struck = [one for one in bench.company.requests() if one["fault"]]
    assert len(struck) <= 30 + len(known.requests)


# Limits and credentials


@every()
def test_limit_is_waited_for_as_the_vendor_tells(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    waits = []
    for told in (20, 50):
        bench.company.fault(API, refusal="rate_limited", wait_seconds=told)
        manifest = bench.pull(case, known.window)
        assert manifest.retries == 1
        waits += bench.company.slept
        bench.company.slept.clear()
    assert bench.rows(case, known.window) == known.rows
    assert len(waits) == 2
    if tells_waits(bench, known):
        assert 20 <= waits[0] <= 80
        assert 50 <= waits[1] <= 110
        assert waits[0] <= waits[1]


def tells_waits(bench: Bench, known: Known) -> bool:
    """Tell whether a vendor's refusal says how long to wait: two of them differ."""
    said = []
    for told in (20, 5_000):
        bench.company.fault(API, refusal="rate_limited", wait_seconds=told)
        said.append(bench.company.raw(known.last["path"]))
    return said[0] != said[1]


@every()
def test_long_wait_gives_the_slot_back(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.company.fault(API, times=None, refusal="rate_limited", wait_seconds=5_000)
    with pytest.raises(Defer) as caught:
        bench.pull(case, known.window)
    assert bench.left() == []
    if tells_waits(bench, known):
        assert 5_000 <= caught.value.seconds <= 5_100
        assert bench.company.slept == []


@every()
def test_limit_that_stays_gives_the_slot_back(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.company.fault(API, times=None, refusal="rate_limited", wait_seconds=20)
    with pytest.raises(Defer, match=r"times in a row|asks for") as caught:
        bench.pull(case, known.window)
    assert caught.value.seconds >= 20
    assert bench.left() == []


@every()
def test_clock_of_the_vendor_may_be_off(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    for skew in (0, -7_200, 7_200):
        how = {"refusal": "rate_limited", "wait_seconds": 20, "clock_skew_seconds": skew}
        bench.company.fault(API, **how)
        bench.pull(case, known.window)
    right, *skewed = bench.company.slept
    assert skewed == [right, right]
    assert bench.rows(case, known.window) == known.rows


@every()
def test_wrong_credentials_are_told_and_nothing_lands(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    right = bench.company.settings(case.source)
    wrong = {name: wronged(getattr(right, name)) for name in secrets(case.source)}
    with pytest.raises(CredentialsRefused, match=r"status 40[013]") as caught:
        bench.pull(case, known.window, **wrong)
    assert "wrong-secret" not in str(caught.value)
    assert len(bench.company.requests()) == 1
    assert bench.left() == []


@every(shows_credentials)
def test_credentials_that_end_in_the_middle(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.fault_last(known, unauthorized=True)
    if renews(bench, case.source):
        bench.pull(case, known.window)
        assert bench.rows(case, known.window) == known.rows
        return
    with pytest.raises(CredentialsRefused, match=r"status 40[01]"):
        bench.pull(case, known.window)
    assert bench.has_nothing_of(case, known)


# Servers that fail, and answers that cannot be used


@every()
def test_failing_server_is_asked_again(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.fault_last(known, status=503, times=2)
    assert bench.pull(case, known.window).retries == 2
    assert bench.rows(case, known.window) == known.rows


@every()
def test_server_that_keeps_failing_is_told_and_nothing_lands(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.fault_last(known, status=500, times=None)
    with pytest.raises(SourceUnavailable, match="failed 5 times, last with status 500"):
        bench.pull(case, known.window)
    assert bench.has_nothing_of(case, known)


@every()
@pytest.mark.parametrize(
    "broken",
    [{"cut": True}, {"cut": True, "honest_length": True}, {"cut": True, "gzip": True},
     {"cut": True, "chunked": True}, {"html": True}, {"disconnect": True}],
    ids="_and_".join,
)  # fmt: skip
def test_answer_that_cannot_be_used_is_asked_for_again(
    bench: Bench, case: Case, broken: dict[str, Any]
) -> None:
    known = bench.known(case)
    how = {name: value for name, value in broken.items() if name != "cut"}
    if "cut" in broken:
        how["truncate_bytes"] = known.last["bytes"] // (30 if "gzip" in broken else 2)
    bench.fault_last(known, **how)
    assert bench.pull(case, known.window).retries == 1
    assert bench.rows(case, known.window) == known.rows


@every()
def test_answers_that_stay_unusable_are_told_and_nothing_lands(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.company.fault(API, times=None, html=True)
    with pytest.raises((UnreadableAnswer, CredentialsRefused)):
        bench.pull(case, known.window)
    assert bench.left() == []


@every()
@pytest.mark.parametrize("how", ["gzip", "chunked"])
def test_answer_may_come_packed_or_in_pieces(bench: Bench, case: Case, how: str) -> None:
    known = bench.known(case)
    bench.company.fault(API, times=None, **{how: True})
    assert bench.pull(case, known.window).retries == 0
    assert bench.rows(case, known.window) == known.rows


# Records that change their shape


@every(in_records)
def test_new_field_lands_untouched(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.company.fault(API, times=None, add_field={"brand_new": {"deep": [1]}})
    bench.pull(case, known.window)
    landed = [one for one in bench.records(case, known.window) if "brand_new" in one]
    assert landed
    assert all(one["brand_new"] == {"deep": [1]} for one in landed)
    made_here = [one for one in bench.records(case, known.window) if "brand_new" not in one]
    assert all(dig(one, case.stream.deleted[0]) for one in made_here if case.stream.deleted)


@every(lambda case: case.stream.model is not None)
def test_flipped_type_lands_and_is_told_with_its_path(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    for path in typed_paths(case.stream):
        if all(dig(record, path) is None for record in known.records):
            continue
        bench.company.control("/__faults", None, "DELETE")
        bench.company.fault(API, times=None, flip={path: [True]}, rows=known.most)
        manifest = bench.pull(case, known.window)
        if manifest.invalid_rows:
            break
    table = bench.company.table(case.source, case.name, case.stream.file_windows(known.window)[-1])
    told = [error for error in table["_error"].to_pylist() if error]
    assert manifest.invalid_rows >= len(told) > 0
    assert manifest.rows == known.manifest.rows
    assert all(error.endswith(f"- at `$.{path}`") for error in told)
    assert manifest.errors[0]["error"].endswith(f"- at `$.{path}`")


@every(in_records)
def test_record_without_key_refuses_the_window(bench: Bench, case: Case) -> None:
    refuses_without(bench, case, case.stream.pk)


@every(lambda case: in_records(case) and case.stream.cursor is not None)
def test_record_without_cursor_refuses_the_window(bench: Bench, case: Case) -> None:
    cursor = str(case.stream.cursor)
    if all(next(reversed(one)) == cursor for one in bench.known(case).records):
        pytest.skip("the connector puts it in, at the end: no answer holds it")
    refuses_without(bench, case, (cursor,))


def refuses_without(bench: Bench, case: Case, paths: tuple[str, ...]) -> None:
    known = bench.known(case)
    bench.company.fault(API, times=None, drop_field=[*paths, *POSITIONS], rows=1)
    with pytest.raises(MissingKey, match="has no usable"):
        bench.pull(case, known.window)
    assert bench.has_nothing_of(case, known)


# Runs that come again, in any order, and runs that die


@every()
def test_second_run_gives_the_same_table(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    for gate in (lambda *_: None, bench.company.accept):
        bench.pull(case, known.window)
        gate(case.source, case.name, known.window)
    bench.pull(case, known.window)
    assert bench.rows(case, known.window) == known.rows
    assert len(bench.left()) == len(case.stream.file_windows(known.window))


@every(in_time)
def test_intervals_in_any_order_hold_together_what_the_whole_holds(
    bench: Bench, case: Case
) -> None:
    known = bench.known(case)
    assert known.halves
    for number, order in enumerate(permutations(known.halves)):
        bench.company.lake = bench.company.lake.with_name(f"order{number}")
        for half in order:
            bench.pull(case, half)
        parts = {row for half in known.halves for row in bench.rows(case, half)}
        assert parts == set(known.rows)


@every(by_hand)
def test_row_that_moved_on_survives_a_second_run_of_its_old_interval(
    bench: Bench, case: Case
) -> None:
    known = bench.known(case)
    assert known.halves
    early, late = known.halves
    bench.pull(case, early)
    before = bench.rows(case, early)
    moved = max(row for row in before if not row[2] and row[1] in early)
    change = {"name": case.book, "key": moved[0], "at": (late.end - MINUTE).isoformat()}
    bench.company.control("/__world/mutate", change)
    for window in (early, late):
        bench.pull(case, window)
    assert bench.rows(case, early) == before
    now = [row for row in bench.rows(case, late) if row[0] == moved[0] and not row[2]]
    assert max(now)[1] == late.end - MINUTE


@every(lambda case: by_hand(case) and case.stream.deleted is not None)
def test_deletion_arrives_as_a_tombstone(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    path, value = case.stream.deleted or ("", None)
    key = min(row[0] for row in known.rows if not row[2])
    moment = known.window.end - timedelta(minutes=5)
    values = {path: value}
    if case.stream.deleted_cursor:
        sample = next(record for record in known.records if dig(record, str(case.stream.cursor)))
        values[case.stream.deleted_cursor] = alike(dig(sample, str(case.stream.cursor)), moment)
    change = {"name": case.book, "key": key, "at": moment.isoformat(), "set": values}
    bench.company.control("/__world/mutate", change)
    bench.pull(case, known.window)
    newest = max((row for row in bench.rows(case, known.window) if row[0] == key),
                 key=lambda row: row[1])  # fmt: skip
    assert newest[1:3] == (moment, True)


@every(lambda case: by_hand(case) and merged_path(case.stream) is not None)
def test_merge_arrives_as_a_tombstone_of_the_one_that_went(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    gone = {row[0] for row in known.rows if row[2]}
    winner, loser, *_ = sorted({row[0] for row in known.rows} - gone)
    moment = known.window.end - timedelta(minutes=5)
    change = {"name": case.book, "key": winner, "at": moment.isoformat(),
              "set": {str(merged_path(case.stream)): loser}}  # fmt: skip
    vanishes = {"name": case.book, "key": loser, "at": moment.isoformat(), "vanish": True}
    bench.company.control("/__world/mutate", change)
    bench.company.control("/__world/mutate", vanishes)
    bench.pull(case, known.window)
    rows = bench.rows(case, known.window)
    newest = {key: max(row[1:3] for row in rows if row[0] == key) for key in (winner, loser)}
    assert newest == {winner: (moment, False), loser: (moment, True)}


@every(lambda case: case.book is not None and case.kind is not Kind.ENTITY)
def test_record_that_vanished_is_gone_from_the_file_that_is_read_again(
    bench: Bench, case: Case
) -> None:
    known = bench.known(case)
    bench.pull(case, known.window)
    kept = {one.key for one in bench.company.world.versions(str(case.book), NOW)}
    gone = min(part for row in known.rows for part in row[0].split("|") if part in kept)
    change = {"name": case.book, "key": gone, "at": known.now.isoformat(), "vanish": True}
    bench.company.control("/__world/mutate", change)
    bench.pull(case, known.window, accept_shrink=True)
    others = [row for row in known.rows if gone not in row[0].split("|")]
    assert len(others) < len(known.rows)
    assert bench.rows(case, known.window) == others


class Killed(BaseException):
    """The process ends here."""


@every()
def test_run_killed_before_it_commits_leaves_nothing_visible(
    bench: Bench, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = bench.known(case)

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", die)
        with pytest.raises(Killed):
            bench.pull(case, known.window)
    assert bench.visible() == []
    bench.pull(case, known.window)
    assert bench.rows(case, known.window) == known.rows
    before = [path.read_bytes() for path in bench.visible()]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", die)
        with pytest.raises(Killed):
            bench.pull(case, known.window)
    assert [path.read_bytes() for path in bench.visible()] == before


# Windows that cannot be read


@every()
def test_window_that_is_not_over_is_refused(bench: Bench, case: Case) -> None:
    with pytest.raises(ImpossibleWindow, match="still to come"):
        bench.pull(case, day(30))
    assert bench.company.requests() == []


@every(lambda case: bool(case.stream.settle))
def test_window_that_is_too_fresh_is_put_off(bench: Bench, case: Case) -> None:
    window = Window(NOW - DAY, NOW - timedelta(seconds=10))
    with pytest.raises(Defer) as caught:
        bench.pull(case, window)
    assert caught.value.seconds == case.stream.settle.total_seconds() - 10
    assert bench.company.requests() == []


@every(lambda case: case.kind is Kind.SNAPSHOT)
def test_snapshot_of_an_interval_that_has_passed_is_skipped(bench: Bench, case: Case) -> None:
    known = bench.known(case)
    bench.company.at(known.window.end + case.stream.tolerance)
    with pytest.raises(SnapshotPast, match="shows only what is true now"):
        bench.pull(case, known.window)
    assert bench.company.requests() == []
    assert bench.left() == []


# What is told


@every()
def test_nothing_secret_or_personal_is_told(
    bench: Bench, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    known = bench.known(case)
    told = []
    for trouble in ({"status": 503}, {"html": True}, {"truncate_bytes": 10}):
        bench.company.fault(API, **trouble)
    assert bench.pull(case, known.window).retries >= 2
    for trouble in ({"unauthorized": True}, {"status": 400, "body": {"error": "no"}},
                    {"drop_field": [*case.stream.pk]}, {"html": True}):  # fmt: skip
        bench.company.control("/__faults", None, "DELETE")
        bench.company.fault(API, times=None, **trouble)
        try:
            bench.pull(case, known.window)
        except Exception as error:
            told.append(repr(error) + str(error) + str(error.__cause__))
    said = caplog.text + "\n".join(told)
    shown = repr(bench.company.settings(case.source))
    assert f"source={case.source} stream={case.name}" in said
    assert not [line for line in caplog.text.splitlines() if "?" in line]
    assert not [name for name, value in secrets(case.source).items() if value in said + shown]
    personal = {
        text
        for path in case.stream.pii
        for record in known.records
        for text in texts(dig(record, path))
    } - set(CLIENTS[case.source].values())
    assert not [text for text in personal if text in said]
    assert logging.getLogger("httpx").level >= logging.WARNING
