"""Day files of the GA4 export over the JSON API of Cloud Storage."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from extract import ga4_columns
from extract.source import Batch

if TYPE_CHECKING:
    from extract.http import Client


class Stored(msgspec.Struct, rename="camel"):
    """An object of the bucket."""

    name: str
    size: str
    md5_hash: str | None = None  # a composite object has none


class Objects(msgspec.Struct):
    """A list of objects; without any, the key is absent."""

    items: list[Stored] = []


def read(client: Client, bucket: str, name: str, day: str) -> Iterator[Batch]:
    """Yield the rows of one report day; an object that is not there gives a note."""
    place = f"storage/v1/b/{quote(bucket, safe='')}/o"
    listed = client.get(f"/{place}", {"prefix": name}, Objects)
    stored = next((item for item in listed.items if item.name == name), None)
    if stored is None:
        yield Batch(note="not exported yet")
        return
    path = f"/download/{place}/{quote(name, safe='')}"
    size, md5 = int(stored.size), base64.b64decode(stored.md5_hash or "") or None
    with client.download(path, {"alt": "media"}, size=size, md5=md5) as content:
        yield from ga4_columns.read(content, name, day)
