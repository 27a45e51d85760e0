"""Where backups lie: a folder, or any address that fsspec opens.

Content lies once, under the hash of its bytes, and is never changed: `objects/ab/abcd…`. A backup
is a list of names and hashes, `backups/<moment>.json`, written when all of its content is there. So
what was killed on the way is no backup, and hurts none of those before it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import IO, Any

from extract.errors import CxwError
from ops import whole_file
from ops.settings import ConfigurationError

AT_ONCE = 2**20
VERSION = 1


class NoBackup(CxwError):
    """There is no whole backup to restore."""


class DamagedBackup(CxwError):
    """A backup does not hold what it held when it was made."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file as a backup knows it."""

    path: str  # relative to the data folder
    size: int
    modified_ns: int
    sha: str


class Store:
    """The backups at one address."""

    def __init__(self, address: str) -> None:
        import fsspec  # noqa: PLC0415  (only who keeps backups pays for it)

        try:
            self._files, root = fsspec.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(
                f"{address.partition('://')[0]}:// cannot be opened ({error})",
                "a backup goes to a folder or to an address that fsspec knows",
                "install what the message names (s3fs, gcsfs, adlfs), or give a folder",
            ) from None
        self._root = root.rstrip("/")
        self._is_local = "file" in self._files.protocol
        self._held: dict[str, int] | None = None

    def names(self) -> list[str]:
        """Return the backups that are whole, oldest first."""
        self._files.invalidate_cache()
        found = self._files.glob(f"{self._root}/backups/*.json")
        names = (str(path).rpartition("/")[2].removesuffix(".json") for path in found)
        return sorted(name for name in names if not name.startswith("."))

    def read(self, name: str) -> tuple[dict[str, Any], list[Item]]:
        """Return what a backup says of itself, and its files; one that was changed is refused."""
        try:
            said = json.loads(self._files.cat_file(f"{self._root}/backups/{name}.json"))
            files = said.pop("files")
            if said["version"] != VERSION or said["digest"] != digest(files):
                raise ValueError(name)
            return said, [Item(*row) for row in files]
        except FileNotFoundError:
            raise NoBackup(
                f"no backup {name!r} there",
                "a backup is one whose list was written, when everything else was there",
                f"backups that stand: {', '.join(self.names()) or 'none'}",
            ) from None
        except (ValueError, KeyError, TypeError):
            raise DamagedBackup(
                f"the list of backup {name} is not the one that was written",
                "files could be missing from it, or stand under another name",
                f"remove it, and take another of {', '.join(self.names())}",
            ) from None

    def holds(self, sha: str, size: int) -> bool:
        """Tell whether this content is there, whole."""
        if self._held is None:
            found = self._files.find(f"{self._root}/objects", detail=True)
            self._held = {
                str(path).rpartition("/")[2]: int(info["size"]) for path, info in found.items()
            }
        return self._held.get(sha) == size

    def put(self, sha: str, size: int, content: IO[bytes]) -> None:
        """Keep content under its hash."""
        self._write(self._object(sha), content)
        if self._held is not None:
            self._held[sha] = size

    def get(self, item: Item, target: Path) -> bool:
        """Write a file's content; tell whether it is what was kept."""
        seen = hashlib.sha256()
        try:
            with (
                self._files.open(self._object(item.sha), "rb") as source,
                target.open("xb") as sink,
            ):
                while block := source.read(AT_ONCE):
                    seen.update(block)
                    sink.write(block)
        except FileNotFoundError:
            return False
        return seen.hexdigest() == item.sha

    def finish(self, name: str, said: dict[str, Any], items: Iterable[Item]) -> None:
        """Make a backup of what was put: from now on it is one."""
        files = [list(astuple(item)) for item in items]
        text = json.dumps({**said, "version": VERSION, "digest": digest(files), "files": files})
        self._write(f"{self._root}/backups/{name}.json", io.BytesIO(text.encode()))

    def retire(self, keep: int) -> int:
        """Remove all but the newest backups, and content that none of them names."""
        names = self.names()
        for name in names[:-keep]:
            self._files.rm_file(f"{self._root}/backups/{name}.json")
        wanted = {item.sha for name in names[-keep:] for item in self.read(name)[1]}
        found = [str(path) for path in self._files.find(f"{self._root}/objects")]
        strays = [path for path in found if path.rpartition("/")[2] not in wanted]
        for path in strays:
            self._files.rm_file(path)
        return len(strays)

    def _object(self, sha: str) -> str:
        return f"{self._root}/objects/{sha[:2]}/{sha}"

    def _write(self, path: str, content: IO[bytes]) -> None:
        """Write a file whole or not at all; an object store shows one when it is closed."""
        if not self._is_local:
            with self._files.open(path, "wb") as sink:
                shutil.copyfileobj(content, sink, AT_ONCE)
            return
        place = Path(path)
        Path(self._root).mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds personal data
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.draft")
        with draft.open("wb") as sink:
            shutil.copyfileobj(content, sink, AT_ONCE)
            sink.flush()
            os.fsync(sink.fileno())
        os.replace(draft, place)
        whole_file.fsync(place.parent)


def digest(files: list[list[Any]]) -> str:
    """Return the hash of a backup's list."""
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()
