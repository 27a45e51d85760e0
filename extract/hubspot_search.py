"""How HubSpot's objects are read: searches by key, associations in batches, archived records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Raw, ValidationError
from msgspec.json import decode, encode

from extract.errors import EndlessPaging, RequestRefused
from extract.hubspot_pages import (
    Addressed,
    Archived,
    Found,
    Linked,
    Links,
    Listed,
    Mark,
    Merge,
    Reached,
)
from extract.joining import with_key
from extract.paging import by_cursor, by_keyset
from extract.source import Batch, Window

if TYPE_CHECKING:
    from extract.http import Client

SEARCH_PAGE = 200
UNLINKED = "crm.associations.NO_ASSOCIATIONS_FOUND"


def changed(
    client: Client, path: str, cursor: str, properties: list[str], window: Window
) -> Iterator[Batch]:
    """Yield the records that changed in the window, by ascending key; the first page counts all."""
    bounds = [_filter(cursor, "GTE", _ms(window.start)), _filter(cursor, "LT", _ms(window.end))]
    order = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]

    def fetch(last: int) -> Found:
        filters = [*bounds, _filter("hs_object_id", "GT", str(last))]
        question = {
            "filterGroups": [{"filters": filters}],
            "sorts": order,
            "properties": properties,
            "limit": SEARCH_PAGE,
        }
        return client.post(f"{path}/search", question, Found)

    for place, page in enumerate(by_keyset(fetch, Found.last_id, 0)):
        yield Batch(page.results, told=(0 if place else page.total, len(page.results)))


def listed(client: Client, path: str, wanted: Mapping[str, str]) -> Iterator[list[Raw]]:
    """Yield the pages of a list from its first row to its last."""

    def fetch(after: str | None) -> Listed:
        place = {"after": after} if after else {}
        return client.get(path, {"limit": "100", **wanted, **place}, Listed)

    return (page.results for page in by_cursor(fetch, Listed.following))


def archived(
    client: Client, path: str, properties: list[str], window: Window
) -> Iterator[list[Raw]]:
    """Yield the records that were archived in the window; the list has no filter, so all is read.

    A record without a readable moment is passed on, for the landing to judge.
    """

    def is_due(record: Raw) -> bool:
        try:
            return decode(record, type=Archived).archived_at in window
        except ValidationError:
            return True

    wanted = {"archived": "true", "properties": ",".join(properties)}
    for page in listed(client, path, wanted):
        yield [record for record in page if is_due(record)]


def reached(records: Sequence[Raw]) -> dict[str, tuple[bytes, bytes]]:
    """Return who has which address, in small letters: the contact's id and its last change."""
    found: dict[str, tuple[bytes, bytes]] = {}
    for record in records:
        try:
            contact = decode(record, type=Reached)
        except ValidationError:  # the stream of contacts tells of it
            continue
        if contact.properties.email:
            moment = {"lastmodifieddate": contact.properties.lastmodifieddate}
            who = encode(contact.id), encode(moment)
            found[contact.properties.email.lower()] = who
    return found


def attributed(
    answers: list[Raw], known: Mapping[str, tuple[bytes, bytes]], asked: list[str]
) -> list[Raw]:
    """Put the contact's id and last change into each answer to a question by addresses.

    An answer for nobody is left out. Where the address cannot be read, the place in the question
    says whose the answer is: it lands with an error.
    """
    rows = []
    for place, answer in enumerate(answers):
        address = decode(answer, type=Addressed).subscriber_id_string
        if not isinstance(address, str):
            address = asked[min(place, len(asked) - 1)]
        if address.lower() in known:
            key, moment = known[address.lower()]
            rows.append(with_key(with_key(answer, "id", key), "properties", moment))
    return rows


def merged_away(records: Sequence[Raw], cursor: str) -> list[Raw]:
    """Return tombstones for the records that were merged into these."""
    found: list[Raw] = []
    for record in records:
        try:
            found += decode(record, type=Merge).tombstones(cursor)
        except ValidationError:  # lands with an error of its own
            continue
    return found


def with_links(
    client: Client,
    path: Callable[..., str],
    source: str,
    targets: tuple[str, ...],
    records: Sequence[Raw],
) -> Sequence[Raw]:
    """Put the ids of associated objects into records, as `associations.<object>.results[].id`."""
    if not targets:
        return records
    ids = [str(decode(record, type=Mark).id) for record in records]
    links = {
        target: _links(client, path("associations", source, target, "batch/read"), ids)
        for target in targets
    }

    def linked(key: str) -> bytes:
        return encode({t: {"results": [{"id": end} for end in links[t][key]]} for t in targets})

    return [
        with_key(record, "associations", linked(key))
        for record, key in zip(records, ids, strict=True)
    ]


def _links(client: Client, path: str, ids: list[str]) -> dict[str, dict[str, None]]:
    """Return by id the ids of associated objects, each once and in their order."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    seen: set[str] = set()
    asked = [{"id": key} for key in dict.fromkeys(ids)]
    while asked:
        answer = client.post(path, {"inputs": asked}, Links)
        if other := {e.sub_category for e in answer.errors} - {UNLINKED}:
            raise RequestRefused(
                f"hubspot: POST {path} answered {', '.join(sorted(map(str, other)))} for a record",
                "its associations would be missing without a trace",
                "check the scopes of the token, then run the same window again",
            )
        for one in answer.results:
            found[str(one.from_.id)] |= {str(end.to_object_id): None for end in one.to}
        asked = list(_going_on(answer.results, seen))
    return found


def _going_on(results: list[Linked], seen: set[str]) -> Iterator[dict[str, str]]:
    """Ask for the rest of objects that have more associations than an answer holds."""
    for one in results:
        if one.paging and one.paging.next:
            place = f"{one.from_.id} {one.paging.next.after}"
            if place in seen:
                raise EndlessPaging(
                    "hubspot: associations named a page twice",
                    "reading on would never end",
                    "report it to the vendor; nothing was landed",
                )
            seen.add(place)
            yield {"id": one.from_.id, "after": one.paging.next.after}


def _filter(name: str, operator: str, value: str) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, "value": value}


def _ms(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))
