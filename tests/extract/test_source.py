from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from extract import NAMES, SOURCES, find_source
from extract.errors import ImpossibleWindow, UnknownSource
from extract.hubspot import HubSpotSettings
from extract.source import Kind, Window
from sandbox.clients import clients_at
from tests.extract.northwind import STREAMS, day

JULY = datetime(2026, 7, 1, tzinfo=UTC)


def test_window_is_half_open() -> None:
    window = Window(JULY, JULY + timedelta(days=1))
    assert window.start in window
    assert window.end not in window


def test_window_refuses_to_be_empty() -> None:
    with pytest.raises(ImpossibleWindow, match="start is not before its end"):
        Window(JULY, JULY)


def test_window_refuses_to_be_reversed() -> None:
    with pytest.raises(ImpossibleWindow, match="give a start before the end"):
        Window(JULY, JULY - timedelta(days=1))


def test_window_refuses_a_moment_without_zone() -> None:
    with pytest.raises(ImpossibleWindow, match="no time zone"):
        Window(datetime(2026, 7, 1), JULY + timedelta(days=1))  # noqa: DTZ001


def test_window_refuses_a_fraction_of_a_second_that_its_name_would_lose() -> None:
    with pytest.raises(ImpossibleWindow, match="fraction of a second"):
        Window(JULY, JULY + timedelta(microseconds=1))


def test_window_is_kept_in_utc() -> None:
    amsterdam = timezone(timedelta(hours=2))
    window = Window(datetime(2026, 7, 1, 2, tzinfo=amsterdam), JULY + timedelta(hours=1))
    assert window.start == JULY
    assert window.start.tzinfo is UTC


def test_window_name_is_read_back_as_the_same_window() -> None:
    window = Window(JULY, JULY + timedelta(hours=6))
    assert window.name == "20260701T000000Z--20260701T060000Z"
    assert Window.from_name(window.name) == window


def test_window_days_are_those_it_touches() -> None:
    window = Window(JULY + timedelta(hours=12), JULY + timedelta(days=2))
    assert window.days() == (day(1), day(2))


def test_restated_stream_writes_the_window_and_the_days_before() -> None:
    events = SOURCES["ga4"].stream("events")
    assert events.kind is Kind.RESTATE
    assert events.file_windows(day(9, 2)) == tuple(day(number) for number in range(6, 11))


def test_other_streams_write_one_file_a_window() -> None:
    assert SOURCES["zendesk"].stream("tickets").file_windows(day(1, 90)) == (day(1, 90),)


def test_reach_begins_so_much_earlier_as_the_overlap() -> None:
    contacts = SOURCES["hubspot"].stream("contacts")
    assert contacts.reach(day(9)).start == day(9).start - timedelta(minutes=10)
    assert contacts.reach(day(9)).end == day(9).end


def test_unknown_stream_is_refused_with_the_names_there_are() -> None:
    names = ", ".join(stream.name for stream in SOURCES["zendesk"].streams)
    with pytest.raises(UnknownSource, match=f"choose one of {names}"):
        SOURCES["zendesk"].stream("tickts")


def test_unknown_source_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownSource, match="choose one of " + ", ".join(SOURCES)):
        find_source("salesforce")


def test_every_source_can_be_read() -> None:
    assert tuple(SOURCES) == NAMES


@pytest.mark.parametrize("source", SOURCES)
def test_settings_hide_their_tokens_when_shown(source: str) -> None:
    told = clients_at("http://127.0.0.1:1", "/drop")[source]
    shown = repr(msgspec.convert(told, SOURCES[source].settings, strict=False))
    assert told["base_url"] in shown
    assert not [value for value in told.values() if value.startswith("sandbox-") and value in shown]


@pytest.mark.parametrize(("source", "stream"), STREAMS)
def test_stream_says_what_it_is(source: str, stream: str) -> None:
    declared = SOURCES[source].stream(stream)
    assert declared.pk
    assert (declared.model is None) == (declared.columns is not None)
    assert declared.cursor is None or declared.kind is not Kind.SNAPSHOT
    assert declared.cursor or declared.kind in {Kind.SNAPSHOT, Kind.RESTATE}


def test_digest_of_a_stream_changes_with_its_model() -> None:
    digests = {SOURCES[source].stream(stream).digest() for source, stream in STREAMS}
    assert len(digests) == len(STREAMS)


@pytest.mark.parametrize(
    ("prefix", "contacts", "owners"),
    [
        ("/crm/v3", "/crm/v3/objects/contacts", "/crm/v3/owners"),
        ("/crm/objects/2026-03", "/crm/objects/2026-03/contacts", "/crm/owners/2026-03"),
    ],
)
def test_hubspot_prefix_may_be_a_dated_version(prefix: str, contacts: str, owners: str) -> None:
    settings = HubSpotSettings(base_url="http://127.0.0.1:1", token="t", path_prefix=prefix)
    assert settings.path("objects", "contacts") == contacts
    assert settings.path("owners") == owners
