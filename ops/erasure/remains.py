"""What older builds and runs left beside lake and releases: what was found of texts, pages, logs.

Pages and lists that are made again by a command go when they name an erased person; of logs, alerts
and Airflow's metadata only the words go.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from extract.erased import Guard
from extract.lake import committed
from ops import whole_file
from ops.publish import Release
from ops.settings import Settings

OTHERS = ("drop", "truth")  # written by the teams that export, or by the simulated company
HELD_ELSEWHERE = ("lake", "marts", *OTHERS)
TEXTS = {"sentiment": "int_texts_to_score", "scrubbed": "int_texts_to_scrub"}  # below enrichment/
NOT_OF_PEOPLE = {"alembic_version", "serialized_dag", "dag_code"}
SNIFFED = 8192


def purge(settings: Settings, release: Release | None, known: Guard, now: datetime) -> None:
    """Remove the erased from everything that is neither a landed file nor a release."""
    enrichment = settings.lake / "enrichment"
    if release:
        for kind, texts in TEXTS.items():
            forget_texts(enrichment / kind, release.warehouse, texts, now)
    for path in sorted((enrichment / "identity" / "pairs").rglob("*.parquet")):
        if _names(path, known):
            path.unlink()
    for folder in sorted((settings.lake / "operations").glob("*/")):
        for path in _tables(folder, known):
            clean_table(path, known, now)
    for path in _texts(settings):
        clean_text(path, known)
    for path in sorted((settings.data_dir / "lists").glob("*.csv")):
        clean_list(path, known)
    for database in _databases(settings):
        clean_database(database, known)


def forget_texts(folder: Path, warehouse: Path, texts: str, now: datetime) -> None:
    """Remove what was found of texts that the warehouse no longer holds."""
    paths = sorted(folder.rglob("*.parquet"))
    if not paths:
        return
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(f"select distinct text_sha from intermediate.{texts}")  # noqa: S608
        held = {sha for (sha,) in rows.fetchall()}
    for path in paths:
        table = pq.read_table(path)
        stays = [sha in held for sha in table["text_sha"].to_pylist()]
        if not any(stays):
            path.unlink()
        elif not all(stays):
            with committed(path, now) as file:
                pq.write_table(table.filter(stays), file, compression="zstd")


def clean_table(path: Path, known: Guard, now: datetime) -> None:
    """Take the erased out of the texts of a small table; leave it untouched without them."""
    table = pq.read_table(path)
    cleaned = table
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            texts = [text and known.cleaned(text) for text in table[field.name].to_pylist()]
            cleaned = cleaned.set_column(place, field, pa.array(texts, field.type))
    if cleaned != table:
        with committed(path, now) as file:
            pq.write_table(cleaned, file, compression="zstd")


def clean_text(path: Path, known: Guard) -> None:
    """Take the erased out of a text; bytes that are no text are left alone."""
    content = path.read_bytes()
    if b"\0" in content[:SNIFFED]:
        return
    text = content.decode(errors="surrogateescape")
    if (cleaned := known.cleaned(text)) != text:
        draft = path.with_name(f".{path.name}.draft")
        draft.write_bytes(cleaned.encode(errors="surrogateescape"))
        draft.chmod(path.stat().st_mode)
        draft.replace(path)


def clean_list(path: Path, known: Guard) -> None:
    """Take the erased out of a list of an audience: its contacts stand there by their ids."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if not known.knows("crm_contact_id", row.get("contact_id") or "")]
    if len(kept) < len(rows):
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0].keys())
        writer.writeheader()
        writer.writerows(kept)
        whole_file.write(path, text.getvalue())


def clean_database(url: str, known: Guard) -> None:
    """Take the erased out of the texts of Airflow's metadata: questions, answers, arguments."""
    from sqlalchemy import MetaData, create_engine, text  # noqa: PLC0415  (a third of a second)
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    engine = create_engine(url, poolclass=NullPool)
    metadata = MetaData()
    metadata.reflect(engine)
    changed = False
    with engine.begin() as con:
        if engine.dialect.name == "sqlite":
            con.execute(text("pragma secure_delete = on"))
        for table in metadata.sorted_tables:
            keys = list(table.primary_key)
            if table.name in NOT_OF_PEOPLE or not keys:
                continue
            for row in con.execute(table.select()).mappings().all():
                told = {
                    column.name: clean
                    for column in table.columns
                    if column not in keys
                    and (clean := _cleaned(row[column.name], known)) != row[column.name]
                }
                if told:
                    tests = [key == row[key.name] for key in keys]
                    con.execute(table.update().where(*tests).values(**told))
                    changed = True
    if changed and engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as con:
            con.execute(text("vacuum"))


def _cleaned(value: Any, known: Guard) -> Any:
    if isinstance(value, str):
        return known.cleaned(value)
    if isinstance(value, dict | list):
        said = json.dumps(value, ensure_ascii=False)
        return value if known.cleaned(said) == said else json.loads(known.cleaned(said))
    return value


def _names(path: Path, known: Guard) -> bool:
    table = pq.read_table(path, columns=["left_record_key", "right_record_key"])
    keys = {key for column in table.columns for key in pc.unique(column).to_pylist()}
    return any(known.cleaned(key) != key for key in keys)


def _tables(folder: Path, known: Guard) -> Iterator[Path]:
    """Yield the small tables of a folder that name somebody erased; there are thousands."""
    if not any(folder.rglob("*.parquet")):
        return
    quoted = str(folder / "**" / "*.parquet").replace("'", "''")
    with duckdb.connect() as con:
        rows = con.execute(
            f"select filename, cast(to_json(told) as varchar) from read_parquet('{quoted}', "  # noqa: S608
            "union_by_name = true, hive_partitioning = false, filename = true) as told"
        ).fetchall()
    yield from sorted({Path(name) for name, said in rows if known.cleaned(said) != said})


def _texts(settings: Settings) -> Iterator[Path]:
    """Yield the files that may hold words: logs, alerts, pages, what gates kept."""
    ours = [
        path
        for path in sorted(settings.data_dir.iterdir())
        if path.is_dir() and path.name not in HELD_ELSEWHERE
    ]
    for folder in (*ours, settings.lake / "operations"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.suffix != ".parquet":
                yield path


def _databases(settings: Settings) -> Iterator[str]:
    if database := settings.outside.get("AIRFLOW_DATABASE"):
        yield database
    elif (local := settings.airflow_home / "airflow.db").exists():
        yield f"sqlite:///{local}"
