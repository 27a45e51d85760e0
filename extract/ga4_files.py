"""Day files of the GA4 export in any place that fsspec opens: a folder, S3, Cloud Storage, memory.

A file is read where it lies; its size and its state are told before and after, so that one that is
rewritten meanwhile lands nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from extract import ga4_columns
from extract.errors import (
    CredentialsRefused,
    CxwError,
    RequestRefused,
    SourceUnavailable,
    UnreadableAnswer,
)
from extract.source import Batch

if TYPE_CHECKING:
    from extract.http import Client

PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs"}


def read(client: Client, root: str, name: str, day: str) -> Iterator[Batch]:
    """Yield the rows of one report day; a file that is not there gives a note."""
    files, folder = _opened(root)
    path = f"{folder.rstrip('/')}/{name}"
    with _told(name):
        files.invalidate_cache()
        before = _state(files, path)
        if before is None:
            if not files.exists(path.rpartition("/")[0]):
                raise RequestRefused(
                    f"ga4: there is no folder {name.partition('/')[0]} in CXW_GA4_BASE_URL",
                    "then no day can be told from one that is not exported yet",
                    "check the address and CXW_GA4_PROPERTY_ID",
                )
            yield Batch(note="not exported yet")
            return
        client.traffic.requests += 1
        with files.open(path, "rb") as content:
            yield from ga4_columns.read(content, name, day)
        client.traffic.bytes += before[0]
        files.invalidate_cache()
        after = _state(files, path)
        if after != before:
            raise UnreadableAnswer(
                f"ga4: {name} changed while it was read, from {before[0]:,} to "
                f"{after[0] if after else 0:,} bytes",
                "its rows would be a mixture of two exports, so nothing is landed",
                "run the same window again",
            )


def _opened(root: str) -> tuple[Any, str]:
    """Return the file system of an address and the folder in it."""
    import fsspec  # noqa: PLC0415  (only who reads files pays for it)

    scheme = root.partition("://")[0]
    try:
        files, folder = fsspec.url_to_fs(root)
    except ImportError:
        raise RequestRefused(
            f"ga4: nothing here can open {scheme}:// addresses",
            f"the package {PACKAGES.get(scheme, 'for it')} is not installed",
            f"install {PACKAGES.get(scheme, 'it')}, or copy the files into a folder",
        ) from None
    except ValueError:
        raise RequestRefused(
            f"ga4: {scheme}:// is no address that can be opened",
            "CXW_GA4_BASE_URL is https:// for the JSON API, or what fsspec knows",
            "write s3://bucket/folder, gs://bucket, file:///folder or a path",
        ) from None
    return files, str(folder)


def _state(files: Any, path: str) -> tuple[int, str] | None:
    """Return a file's size and what changes when it is written again; None without a file."""
    try:
        return int(files.size(path)), str(files.ukey(path))
    except FileNotFoundError:
        return None


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what a file system raises into our words: its own may hold addresses and keys."""
    try:
        yield
    except CxwError:
        raise
    except PermissionError:
        raise CredentialsRefused(
            f"ga4: {name} may not be read",
            "the account that this runs under lacks the permission",
            "check the permissions of the folder, or the credentials of its store",
        ) from None
    except Exception as error:
        raise SourceUnavailable(
            f"ga4: {name} could not be read ({type(error).__name__})",
            "without the whole file nothing is landed",
            "look whether the store can be reached, then run the same window again",
        ) from None
