"""Publishing: a finished build becomes a read-only release, and one symlink switch shows it.

A release is a folder `marts/releases/<id>/` with the marts that BI opens, the private state that
the next build starts from, and a manifest. `marts/current` points at one of them. A kill at any
moment leaves either the old release or the new one; what it left half done is swept next time.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from expectations.marts.keys import keys_of_marts
from extract.errors import CorruptFile, CxwError
from ops import whole_file
from ops.private_build import (
    MARTS,
    RESERVE,
    STORAGE_VERSION,
    WAREHOUSE,
    Build,
    BuildLocked,
    NoBuild,
    finished_build,
    start_build,
    take_lock,
)
from ops.release_diff import carried, changes
from ops.release_files import (
    SERVED,
    NotPublishable,
    inspect,
    place,
    retire,
    sweep,
    switch,
    switching,
    write_json,
)

__all__ = [
    "Build",
    "BuildFacts",
    "BuildLocked",
    "NoBuild",
    "NotPublishable",
    "Release",
    "current",
    "open_build",
    "publish",
    "releases",
    "reopen_build",
    "seal",
]
KEEP = 5


class ReleaseMoved(CxwError):
    """The current release is not the one that the build started from."""


class OlderRelease(CxwError):
    """The build knows less of the world than the current release."""


class NoSuchRelease(CxwError):
    """There is no release to go to."""


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """What a finished build says about itself; it becomes part of the release's manifest."""

    as_of: datetime
    built_at: datetime
    files: tuple[str, ...] = ()  # lake files that this build consumed
    code_version: str = "unknown"


@dataclass(frozen=True, slots=True)
class Release:
    """A published state of the warehouse."""

    path: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        """Return the name of the release: as-of moment, then build number; names sort by age."""
        return self.path.name

    @property
    def as_of(self) -> datetime:
        """Return the moment up to which the release knows the world."""
        return datetime.fromisoformat(self.manifest["as_of"])

    @property
    def built_at(self) -> datetime:
        """Return when it was built."""
        return datetime.fromisoformat(self.manifest["built_at"])

    @property
    def shown_at(self) -> datetime:
        """Return when it last came into service: when it was built, or shown again."""
        again = (self.path / SERVED).read_text() if (self.path / SERVED).exists() else ""
        return datetime.fromisoformat(again) if again else self.built_at

    @property
    def number(self) -> int:
        """Return the number of the build that it came from."""
        return int(self.manifest["build_id"])

    @property
    def marts(self) -> Path:
        """Return the file that BI reads."""
        return self.path / MARTS

    @property
    def warehouse(self) -> Path:
        """Return the file with staging and intermediate tables."""
        return self.path / "private" / WAREHOUSE


def releases(data: Path) -> tuple[Release, ...]:
    """Return the releases that stand, oldest first."""
    found = sorted((data / "marts" / "releases").glob("[!.]*"))
    return tuple(_release(path) for path in found if path.is_dir())


def current(data: Path) -> Release | None:
    """Return the release that BI reads now, or None before the first."""
    link = data / "marts" / "current"
    return _release(link.parent / os.readlink(link)) if link.is_symlink() else None


def open_build(data: Path, *, reserve: int = RESERVE, is_anew: bool = False) -> Build:
    """Begin a build from the current release's files or, `is_anew`, from empty ones.

    Another writer is refused; what an earlier build left is thrown away.
    """
    lock = take_lock(data / "build" / ".lock")
    try:
        with switching(data):
            sweep(data)
            now = current(data)
        number = max((release.number for release in releases(data)), default=0) + 1
        base = now.path if now else None
        path = start_build(data, number, base, reserve=reserve, is_anew=is_anew)
    except BaseException:
        os.close(lock)
        raise
    return Build(data, number, now.id if now else None, path, lock)


def seal(build: Build, facts: BuildFacts) -> None:
    """Say that the build is whole, so that a later process may judge and publish it."""
    write_json(build.path / "sealed.json", {**asdict(facts), **_moments(facts)})


def reopen_build(data: Path) -> tuple[Build, BuildFacts]:
    """Return the sealed build with its facts; refuse while another process writes."""
    lock = take_lock(data / "build" / ".lock")
    try:
        path = finished_build(data)
        said = json.loads((path / "sealed.json").read_text())
        base = json.loads((path / "build.json").read_text())["base"]
    except BaseException:
        os.close(lock)
        raise
    facts = BuildFacts(
        as_of=datetime.fromisoformat(said["as_of"]),
        built_at=datetime.fromisoformat(said["built_at"]),
        files=tuple(said["files"]),
        code_version=said["code_version"],
    )
    return Build(data, int(path.name), base, path, lock), facts


def publish(
    build: Build, facts: BuildFacts, *, keep: int = KEEP, allow_older: bool = False
) -> Release:
    """Make the build the current release; repeat it after a kill with the same result."""
    before = current(build.data)
    if before and (before.number, before.manifest["base"]) == (build.number, build.base):
        _throw_away(build)  # a kill came between the switch and this line
        return before
    rows, _ = inspect(build.marts), inspect(build.warehouse)
    with switching(build.data):
        sweep(build.data)
        now = current(build.data)
        _refuse_wrong_base(build, facts, now, allow_older=allow_older)
        name = f"{facts.as_of:%Y%m%dT%H%M%SZ}-{build.number:06d}"
        folder = build.data / "marts" / "releases"
        stage = folder / f".stage-{name}"
        stage.mkdir()
        (stage / "private").mkdir(mode=0o700)
        place(build.marts, stage / MARTS)
        place(build.warehouse, stage / "private" / WAREHOUSE)
        write_json(stage / "manifest.json", _manifest(name, build, facts, rows, now))
        (stage / "manifest.json").chmod(0o444)
        for path in (stage / "private", stage):
            whole_file.fsync(path)
        stage.rename(folder / name)
        whole_file.fsync(folder)
        switch(build.data, name)
        retire(build.data, keep)
    _throw_away(build)
    return _release(folder / name)


def _throw_away(build: Build) -> None:
    (build.path / "sealed.json").unlink(missing_ok=True)
    shutil.rmtree(build.path)


def named(data: Path, name: str) -> Release:
    """Return the release of that name, or refuse and list the ones that stand."""
    known = releases(data)
    for release in known:
        if release.id == name:
            return release
    raise NoSuchRelease(
        f"release {name!r} is not there",
        "it never was, or it was retired",
        f"releases that stand: {', '.join(release.id for release in known) or 'none'}",
    )


def _refuse_wrong_base(
    build: Build, facts: BuildFacts, now: Release | None, *, allow_older: bool
) -> None:
    shown = now.id if now else None
    if shown != build.base:
        raise ReleaseMoved(
            f"the build started from {build.base}, but {shown} is current",
            "its changes were made to another state of the warehouse",
            "run `cxw build` again; it starts from the current release",
        )
    if now and facts.as_of < now.as_of and not allow_older:
        raise OlderRelease(
            f"the build is as of {facts.as_of:%Y-%m-%d %H:%M}Z, {now.id} is as of "
            f"{now.as_of:%Y-%m-%d %H:%M}Z",
            "BI would lose days that it has seen",
            "land the missing intervals and build again, or publish with allow_older",
        )


def _manifest(
    name: str, build: Build, facts: BuildFacts, rows: dict[str, int], now: Release | None
) -> dict[str, Any]:
    keys = keys_of_marts(build.data / "dbt" / "manifest.json")
    return {
        "id": name,
        "build_id": build.number,
        "base": build.base,
        **_moments(facts),
        "code_version": facts.code_version,
        "files_consumed": list(facts.files),
        "rows": rows,
        "changes": changes(now.marts if now else None, build.marts, keys),
        **carried(build.marts),
        "storage_version": STORAGE_VERSION,
    }


def _moments(facts: BuildFacts) -> dict[str, str]:
    return {"as_of": facts.as_of.isoformat(), "built_at": facts.built_at.isoformat()}


def _release(path: Path) -> Release:
    try:
        return Release(path.resolve(), json.loads((path / "manifest.json").read_text()))
    except (OSError, ValueError) as error:
        raise CorruptFile(
            f"release {path.name} has no readable manifest.json ({type(error).__name__})",
            "a release is a whole folder or it is none",
            "`cxw rollback --to` another release, then remove this folder",
        ) from error
