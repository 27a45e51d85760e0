"""The readers of HubSpot's streams: changes of objects, consent, pipelines, owners and ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import fields

from extract.enabled import if_enabled
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

FORBIDDEN = frozenset({403})  # the portal has not the product, or the token not the scope
SUNDAY = 6
ADDRESSES = 100  # of one question for consent; the vendor names no limit
MERGED = "hs_merged_object_ids"
IDS_ALONE = {"properties": "hs_object_id"}  # beside it only the moments come, nothing personal


def changes(
    name: str, shape: type[Struct], cursor: str, *links: str, is_basic: bool = False
) -> Reader:
    """Return the reader of an object's changes, its associations and its tombstones.

    What is not basic, a portal may lack: its search tells.
    """
    properties = [one.name for one in fields(fields(shape)[1].type)]

    def read(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
        path = settings.path("objects", name)
        found = changed(client, path, cursor, properties, window)
        for page in found if is_basic else if_enabled(found, FORBIDDEN):
            if page.note:
                yield page
                return
            yield replace(
                page, records=with_links(client, settings.path, name, links, page.records)
            )
            if MERGED in properties:
                yield Batch(merged_away(page.records, cursor))
        if name != "feedback_submissions":  # an answer cannot be archived
            yield from map(Batch, archived(client, path, properties, window))

    return read


def subscriptions(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
    """Read what the contacts that changed have consented to, by their addresses."""
    contacts = settings.path("objects", "contacts")
    question = settings.path("communication-preferences", "statuses/batch/read?channel=EMAIL")
    asked = (
        (known, addresses)
        for page in changed(client, contacts, "lastmodifieddate", ["email"], window)
        for known in (reached(page.records),)
        for addresses in chunks(list(known), ADDRESSES)
    )
    first = list(islice(asked, 1))  # searched outside: a portal has contacts, if not consent

    def consents() -> Iterator[Batch]:
        for known, addresses in chain(first, asked):
            answer = client.post(question, {"inputs": addresses}, Listed)
            rows = attributed(answer.results, known, addresses)
            silent = len(addresses) - len(rows)
            yield Batch(rows, note=f"{silent} addresses without an answer" if silent > 0 else "")

    yield from if_enabled(consents(), FORBIDDEN)


def pipelines(name: str, *, is_basic: bool = False) -> Reader:
    """Return the reader of the pipelines of deals or of tickets; a portal may lack the latter."""

    def read(client: Client, settings: HubSpotSettings, _: Window) -> Iterator[Batch]:
        answer = client.get(settings.path("pipelines", name), {}, Listed)
        yield Batch([with_key(one, "objectType", encode(name)) for one in answer.results])

    def reading(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
        return if_enabled(read(client, settings, window), FORBIDDEN)

    return read if is_basic else reading


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
