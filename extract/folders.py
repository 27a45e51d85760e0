"""Files in a folder, wherever fsspec finds one: which there are, and whether one holds still.

A file that is written while it is read would land as a mixture, so its state is compared before and
after. What a file system raises is turned into our words: its own may hold addresses and keys.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from extract.errors import (
    CredentialsRefused,
    CxwError,
    RequestRefused,
    SourceUnavailable,
    UnreadableAnswer,
)


class Folder:
    """The files of one source."""

    def __init__(self, source: str, root: str) -> None:
        import fsspec  # noqa: PLC0415  (only who reads files pays for it)

        self.source = source
        logging.getLogger("fsspec").setLevel(logging.WARNING)  # it logs whole addresses
        try:
            self._files, path = fsspec.url_to_fs(root)
        except (ImportError, ValueError):
            raise RequestRefused(
                f"{source}: nothing here can open {root.partition('://')[0]}:// addresses",
                f"CXW_{source.upper()}_BASE_URL is a path, or an address that fsspec knows",
                "install the package for it (s3fs, gcsfs, adlfs), or copy the files into a folder",
            ) from None
        self._root = str(path).rstrip("/")
        with self._told("the folder"):
            self._files.invalidate_cache()
            if not self._files.isdir(self._root):
                raise RequestRefused(
                    f"{source}: there is no folder at CXW_{source.upper()}_BASE_URL",
                    "then a file that is missing cannot be told from one that is not there yet",
                    "check the address, or make the folder",
                )

    def matching(self, pattern: str) -> list[tuple[str, str]]:
        """Return the files that fit a pattern: when each was written, and its name."""
        with self._told(pattern):
            paths = [str(path) for path in self._files.glob(f"{self._root}/{pattern}")]
            written = [self._written(path) for path in paths]
        names = (path.removeprefix(self._root).lstrip("/") for path in paths)
        return list(zip(written, names, strict=True))

    @contextmanager
    def opened(self, name: str) -> Iterator[tuple[IO[bytes], int]]:
        """Give a file's content and its size; refuse one that changed meanwhile."""
        path = f"{self._root}/{name}"
        with self._told(name):
            before = self._state(path)
            with self._files.open(path, "rb") as content:
                yield content, before[0]
            self._files.invalidate_cache()
            after = self._state(path)
        if after != before:
            raise UnreadableAnswer(
                f"{self.source}: {name} changed while it was read, from {before[0]:,} to "
                f"{after[0]:,} bytes",
                "it is still being written, so its rows would be a mixture",
                "let its writer rename it when it is whole, and run the same window again",
            )

    def _state(self, path: str) -> tuple[int, str]:
        return int(self._files.size(path)), str(self._files.ukey(path))

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
        except OSError as error:
            raise SourceUnavailable(
                f"{self.source}: {name} could not be read ({type(error).__name__})",
                "without the whole file nothing is landed",
                "look whether the folder can be reached, then run the same window again",
            ) from None


def broken(source: str, name: str, how: str) -> UnreadableAnswer:
    """Return the refusal of a file that is not whole, or not what it is declared to be."""
    return UnreadableAnswer(
        f"{source}: {name} {how}",
        "it was cut short, is still being written, or is not what extract/files.toml declares",
        "deliver it again under a new name, or correct the declaration, and run the window again",
    )
