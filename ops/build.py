"""Build the marts in a private copy: staging, scores and matches, then everything else.

Once a week it stops on the way, when purchases are known by customer, to fit what they are worth.

A build reads only files that the gate accepted and that no earlier build consumed. What it consumed
is recorded in the private warehouse itself, so the record and the rows are published, rolled back
or thrown away together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from expectations import quarantine
from expectations.promotion import MARKS
from extract.erased import guard
from extract.erased import orders as ordered_erasures
from extract.errors import CorruptFile
from extract.lake import MANIFEST_KEY, accepted_files
from extract.source import Window
from ops import applied, lineage_events, publish, release_record, score, scrub, sentiment, value
from ops.dbt import DbtPaths, memories, read_project, run_dbt
from ops.erasure import carry_out, memory, orders
from ops.identity import decisions, match
from ops.settings import Settings

SCORED_BY_OPS = "tag:before_scoring"
FITTED_BY_OPS = "+int_purchases"
# Unit tests judge the SQL, not the data: they run in `make test`, not in every build.
BUILD = ("build", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True, slots=True, order=True)
class LakeFile:
    """An accepted file: where it lies, and what tells one version of it from the next."""

    path: str  # relative to the lake
    size: int
    modified_ns: int
    sha: str = ""  # of its manifest

    @property
    def stream(self) -> str:
        """Return source.stream."""
        _, source, stream, *_ = self.path.split("/")
        return f"{source}.{stream}"

    @property
    def window(self) -> Window:
        """Return the interval that the file's name tells."""
        return Window.from_name(self.path.rpartition("/")[2].removesuffix(".parquet"))


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    build: str
    as_of: datetime
    new_files: int
    texts_scored: int
    nodes: int


def build(
    settings: Settings, now: datetime, *, is_full_refresh: bool = False
) -> BuildReport | None:
    """Build what is new in the lake into a sealed private build; None when nothing is new.

    A full refresh makes every model anew from all of the lake, in files of today's storage format,
    and keeps of the release what only builds remember; the release is served meanwhile. Whenever
    somebody was erased since the release, everything is made anew.
    """
    lake, data = settings.lake, settings.data_dir
    erased = [order.erasure_id for order in ordered_erasures(lake)]  # before the lake is read
    carry_out.erase_from_lake(lake, now)  # an erasure that was ordered, and killed
    quarantine.apply(lake, now)  # a decision whose writer was killed
    release = publish.current(data)
    carry_out.finish(settings, release, now)
    is_full_refresh |= bool(release and orders.unread(lake, release.warehouse))
    if release and not is_full_refresh and not _has_news(lake, release.warehouse):
        return None
    paths = DbtPaths(settings.dbt_dir, settings.dbt_target, settings.data_dir / "logs" / "dbt")
    project = read_project(paths)
    with publish.open_build(data, is_anew=is_full_refresh) as private:
        if release and is_full_refresh:
            memory.carry_over(release.warehouse, private, memories(project), guard(lake))
        release_record.keep(data, lake, now)
        known = consumed(private.warehouse)
        fresh, decided = new_files(lake, known), decisions.unread(lake, private.warehouse)
        if not fresh and not (known and decided):
            return None
        as_of = max(file.window.end for file in [*fresh, *known.values()])
        model = sentiment.load(settings.sentiment_model or sentiment.DEFAULT)
        variables = {
            "lake": str(lake),
            "build_id": private.number,
            "as_of": f"{as_of:%Y-%m-%dT%H:%M:%SZ}",
            "new_files": by_stream(lake, fresh),
            "sentiment_model": sentiment.slug(model),
        }
        tell = partial(lineage_events.tell_of_dbt, settings)
        command = [*BUILD, *(["--full-refresh"] if is_full_refresh else [])]

        def run(*selected: str) -> dict[str, int]:
            return run_dbt([*command, *selected], paths, private.path, variables, tell, project)

        first = run("--select", SCORED_BY_OPS)
        scored = score.score_new_texts(private.warehouse, lake / "enrichment", now, model)
        scrub.scrub_new_texts(private.warehouse, lake / "enrichment", now)
        matched = match.match_records(
            private.warehouse, lake / "enrichment", now, decisions.told_apart(lake)
        )
        variables["matched_pairs"] = str(matched.path) if matched.path else None
        done, middle = [SCORED_BY_OPS], {}
        if (monday := value.due(lake / "enrichment", as_of)) is not None:
            middle = run("--select", FITTED_BY_OPS, "--exclude", SCORED_BY_OPS)
            value.fit_value(private.warehouse, lake / "enrichment", monday, now)
            done.append(FITTED_BY_OPS)
        rest = run("--exclude", *done)
        record(private.warehouse, private.number, fresh)
        applied.record(private.warehouse, applied.DECISIONS, decided)
        applied.record(private.warehouse, applied.ERASURES, erased)
        publish.seal(
            private,
            publish.BuildFacts(
                as_of=as_of,
                built_at=now,
                files=tuple(file.path for file in fresh),
                code_version=version("cx-warehouse"),
            ),
        )
        nodes = sum(sum(counts.values()) for counts in (first, middle, rest))
        return BuildReport(private.path.name, as_of, len(fresh), scored, nodes)


def _has_news(lake: Path, warehouse: Path) -> bool:
    return bool(new_files(lake, consumed(warehouse)) or decisions.unread(lake, warehouse))


def consumed(warehouse: Path) -> dict[str, LakeFile]:
    """Return the files that the warehouse holds already, by path."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        there = con.execute(
            "select 1 from duckdb_tables() "
            "where schema_name = 'operations' and table_name = 'built_files'"
        ).fetchall()
        if not there:
            return {}
        rows = con.execute("select path, size, modified_ns, sha from operations.built_files")
        return {row[0]: LakeFile(*row) for row in rows.fetchall()}


def new_files(lake: Path, known: dict[str, LakeFile]) -> list[LakeFile]:
    """Return accepted files that are new or were written again with another content.

    A footer is read only where size or time differ from what was consumed: cost stays flat.
    """
    found = []
    for path in accepted_files(lake):
        stat = path.stat()
        name = path.relative_to(lake).as_posix()
        before = known.get(name)
        if before and (before.size, before.modified_ns) == (stat.st_size, stat.st_mtime_ns):
            continue
        sha = manifest_sha(path)
        if before is None or before.sha != sha:
            found.append(LakeFile(name, stat.st_size, stat.st_mtime_ns, sha))
    return found


def manifest_sha(path: Path) -> str:
    """Return the hash of the manifest in the file's footer, and of what people decided since."""
    try:
        metadata = pq.read_metadata(path).metadata or {}
        said = metadata[MANIFEST_KEY.encode()] + metadata.get(MARKS, b"")
        return hashlib.sha256(said).hexdigest()
    except (OSError, KeyError, ValueError) as error:
        raise CorruptFile(
            f"{path.name} of {path.parent.parent.name} has no readable manifest "
            f"({type(error).__name__})",
            "a build must not guess what a file holds",
            "restore it from a copy, or move it away and run its window again",
        ) from error


def by_stream(lake: Path, files: Iterable[LakeFile]) -> dict[str, list[str]]:
    """Return the files' full paths by source.stream, as the models ask for them."""
    grouped: dict[str, list[str]] = {}
    for file in sorted(files):
        grouped.setdefault(file.stream, []).append(str(lake / file.path))
    return grouped


def record(warehouse: Path, number: int, files: Iterable[LakeFile]) -> None:
    """Write down in the private warehouse which files it holds now."""
    rows = [(f.path, f.size, f.modified_ns, f.sha, number) for f in files]
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema if not exists operations")
        con.execute(
            "create table if not exists operations.built_files "
            "(path text primary key, size bigint, modified_ns bigint, sha text, build_id integer)"
        )
        con.executemany(
            "insert or replace into operations.built_files values (?, ?, ?, ?, ?)", rows
        )
