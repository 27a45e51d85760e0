"""The readers of HubSpot's streams: changes of objects, consent, pipelines, owners and ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import fields

from extract.errors import CredentialsRefused
from extract.hubspot_access import HubSpotSettings
from extract.hubspot_pages import Listed
from extract.hubspot_search import (
    archived,
    attributed,
    changed,
    listed,
    merged_away,
    reached,
    with_links,
)
from extract.joining import with_key
from extract.paging import chunks
from extract.source import Batch, Reader, Window

if TYPE_CHECKING:
    from extract.http import Client

FORBIDDEN = 403
SUNDAY = 6
ADDRESSES = 100  # of one question for consent; the vendor names no limit
MERGED = "hs_merged_object_ids"
IDS_ALONE = {"properties": "hs_object_id"}  # beside it only the moments come, nothing personal


def changes(name: str, shape: type[Struct], cursor: str, *links: str) -> Reader:
    """Return the reader of an object's changes, its associations and its tombstones."""
    properties = [one.name for one in fields(fields(shape)[1].type)]

    def read(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
        path = settings.path("objects", name)
        for records in changed(client, path, cursor, properties, window):
            yield Batch(with_links(client, settings.path, name, links, records))
            if MERGED in properties:
                yield Batch(merged_away(records, cursor))
        if name != "feedback_submissions":  # an answer cannot be archived
            yield from map(Batch, archived(client, path, properties, window))

    return read


def unless_forbidden(read: Reader) -> Reader:
    """Return a reader that leaves a note where the portal has not the product or the scope."""

    def reading(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
        batches = read(client, settings, window)
        try:
            first = next(batches, Batch())
        except CredentialsRefused as refused:
            if refused.http_status != FORBIDDEN:
                raise
            yield Batch(note=f"not enabled: status {FORBIDDEN}")
            return
        yield first
        yield from batches

    return reading


def subscriptions(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
    """Read what the contacts that changed have consented to, by their addresses."""
    contacts = settings.path("objects", "contacts")
    question = settings.path("communication-preferences", "statuses/batch/read?channel=EMAIL")
    for records in changed(client, contacts, "lastmodifieddate", ["email"], window):
        known = reached(records)
        for addresses in chunks(list(known), ADDRESSES):
            answer = client.post(question, {"inputs": addresses}, Listed)
            rows = attributed(answer.results, known, addresses)
            silent = len(addresses) - len(rows)
            yield Batch(rows, note=f"{silent} addresses without an answer" if silent > 0 else "")


def pipelines(name: str) -> Reader:
    """Return the reader of the pipelines of deals or of tickets."""

    def read(client: Client, settings: HubSpotSettings, _: Window) -> Iterator[Batch]:
        answer = client.get(settings.path("pipelines", name), {}, Listed)
        yield Batch([with_key(one, "objectType", encode(name)) for one in answer.results])

    return read


def one_after_another(*readers: Reader) -> Reader:
    """Return the reader of several lists that make one stream."""

    def read(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
        for reader in readers:
            yield from reader(client, settings, window)

    return read


def owners(client: Client, settings: HubSpotSettings, _: Window) -> Iterator[Batch]:
    """Read all owners."""
    return map(Batch, listed(client, settings.path("owners"), {}))


def contact_ids(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
    """Read the ids of all contacts, on the day of the week that is for it."""
    if (window.end - timedelta(seconds=1)).weekday() != SUNDAY:
        yield Batch(note="not due: ids are read on Sundays")
        return
    yield from map(Batch, listed(client, settings.path("objects", "contacts"), IDS_ALONE))
