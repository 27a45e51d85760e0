"""Files in a folder, wherever fsspec finds one: which there are, and whether one holds still.

A file that is written while it is read would land as a mixture, so its state is compared before and
after. What a file system raises is turned into our words: its own may hold addresses and keys.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from extract.errors import (
    CredentialsRefused,
    CxwError,
    RequestRefused,
    SourceUnavailable,
    UnreadableAnswer,
)

PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs"}


class Folder:
    """The files of one source, below its `base_url`."""

    def __init__(self, source: str, root: str) -> None:
        self.source = source
        logging.getLogger("fsspec").setLevel(logging.WARNING)  # it logs whole addresses
        self._files, path = _opened(source, root)
        self._root = path.rstrip("/")
        self._files.invalidate_cache()

    def holds(self, name: str = "") -> bool:
        """Tell whether there is a folder of that name; without one, the folder itself."""
        with self._told(name or "the folder"):
            return bool(self._files.isdir(self._path(name)))

    def matching(self, pattern: str) -> list[tuple[str, str]]:
        """Return the files that fit a pattern: when each was written, and its name."""
        with self._told(pattern):
            paths = [str(path) for path in self._files.glob(self._path(pattern))]
            written = [self._written(path) for path in paths]
        names = (path.removeprefix(self._root).lstrip("/") for path in paths)
        return list(zip(written, names, strict=True))

    def state(self, name: str) -> tuple[int, str] | None:
        """Return a file's size and what changes when it is written again; None without a file."""
        path = self._path(name)
        with self._told(name):
            try:
                return int(self._files.size(path)), str(self._files.ukey(path))
            except FileNotFoundError:
                return None

    @contextmanager
    def opened(self, name: str) -> Iterator[tuple[IO[bytes], int]]:
        """Give a file's content and its size; refuse one that changed meanwhile."""
        size, before = self.state(name) or (0, "")
        with self._told(name), self._files.open(self._path(name), "rb") as content:
            yield content, size
        self._files.invalidate_cache()
        new_size, after = self.state(name) or (0, "")
        if after != before:
            raise UnreadableAnswer(
                f"{self.source}: {name} changed while it was read, from {size:,} to "
                f"{new_size:,} bytes",
                "its rows would be a mixture of two states, so nothing is landed",
                "let its writer rename it when it is whole, and run the same window again",
            )

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}".rstrip("/")

    def _written(self, path: str) -> str:
        try:
            return str(self._files.modified(path).isoformat(timespec="microseconds"))
        except NotImplementedError:
            return ""

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        try:
            yield
        except CxwError:
            raise
        except PermissionError:
            raise CredentialsRefused(
                f"{self.source}: {name} may not be read",
                "the account that this runs under lacks the permission",
                "check the permissions of the folder, or the credentials of its store",
            ) from None
        except Exception as error:
            raise SourceUnavailable(
                f"{self.source}: {name} could not be read ({type(error).__name__})",
                "without the whole file nothing is landed",
                "look whether the store can be reached, then run the same window again",
            ) from None


def broken(source: str, name: str, how: str) -> UnreadableAnswer:
    """Return the refusal of a file that is not whole, or not what it is declared to be."""
    return UnreadableAnswer(
        f"{source}: {name} {how}",
        "it was cut short, is still being written, or is not what extract/files.toml declares",
        "deliver it again under a new name, or correct the declaration, and run the window again",
    )


def _opened(source: str, root: str) -> tuple[Any, str]:
    """Return the file system of an address and the folder in it."""
    import fsspec  # noqa: PLC0415  (only who reads files pays for it)

    scheme = root.partition("://")[0]
    try:
        files, folder = fsspec.url_to_fs(root)
    except ImportError:
        raise RequestRefused(
            f"{source}: nothing here can open {scheme}:// addresses",
            f"the package {PACKAGES.get(scheme, 'for it')} is not installed",
            f"install {PACKAGES.get(scheme, 'it')}, or copy the files into a folder",
        ) from None
    except ValueError:
        raise RequestRefused(
            f"{source}: {scheme}:// is no address that can be opened",
            f"CXW_{source.upper()}_BASE_URL is none of those that fsspec knows",
            "write s3://bucket/folder, gs://bucket, file:///folder or a path",
        ) from None
    return files, str(folder)
