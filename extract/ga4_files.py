"""Day files of the GA4 export in any place that fsspec opens: a folder, S3, Cloud Storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from extract import ga4_columns
from extract.errors import RequestRefused
from extract.folders import Folder
from extract.source import Batch

if TYPE_CHECKING:
    from extract.http import Client


def read(client: Client, root: str, name: str, day: str) -> Iterator[Batch]:
    """Yield the rows of one report day; a file that is not there gives a note."""
    folder = Folder("ga4", root)
    if folder.state(name) is None:
        if not folder.holds(name.rpartition("/")[0]):
            raise RequestRefused(
                f"ga4: there is no folder {name.partition('/')[0]} in CXW_GA4_BASE_URL",
                "then no day can be told from one that is not exported yet",
                "check the address and CXW_GA4_PROPERTY_ID",
            )
        yield Batch(note="not exported yet")
        return
    client.traffic.requests += 1
    with folder.opened(name) as (content, size):
        yield from ga4_columns.read(content, name, day)
    client.traffic.bytes += size
