"""Everything that is held of a person, for who asks for access: one JSON file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ops import publish, whole_file
from ops.erasure.person import Found, Person
from ops.settings import Settings


def export(settings: Settings, person: Person, out: Path, now: datetime) -> Counter[str]:
    """Write what is held of the person; return how many rows of which stream or mart.

    Records of others that name the person are told by place, since they are the others'.
    """
    rows = dict(_marts(settings, person))
    theirs = [one for one in person.found if one.is_theirs]
    content = {
        "exported_at": now.isoformat(),
        "identifiers": [
            {"kind": kind, "value": value} for kind, value in sorted(person.identifiers)
        ],
        "records": [{**_place(one), "record": one.record} for one in theirs],
        "named_in": [_place(one) for one in person.found if not one.is_theirs],
        "marts": rows,
    }
    whole_file.write(out, json.dumps(content, indent=1, default=str, ensure_ascii=False) + "\n")
    out.chmod(0o600)
    counted = Counter(one.stream for one in theirs)
    return counted + Counter({mart: len(held) for mart, held in rows.items()})


def _place(one: Found) -> dict[str, str]:
    source, _, stream = one.stream.partition(".")
    return {
        "source": source,
        "stream": stream,
        "interval_start": one.interval_start.isoformat(),
        "interval_end": one.interval_end.isoformat(),
        "file": f"{one.zone}/{one.path}",
        "key": one.pk,
    }


def _marts(settings: Settings, person: Person) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the rows of each mart of the release that tell of the person."""
    release = publish.current(settings.data_dir)
    if release is None:
        return
    ours: Mapping[str, Sequence[str]] = {
        "customer_key": person.customer_keys,
        "left_customer_key": person.customer_keys,
        "right_customer_key": person.customer_keys,
        "identifier_key": person.identifier_keys,
        "contact_id": [value for kind, value in person.identifiers if kind == "crm_contact_id"],
    }
    with duckdb.connect(str(release.marts), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        columns = con.execute(
            "select table_name, list(column_name) from duckdb_columns() "
            "where schema_name = 'marts' group by table_name order by table_name"
        ).fetchall()
        for mart, names in columns:
            asked = [name for name in ours if name in names]
            if not asked:
                continue
            test = " or ".join(f'list_contains(?, cast("{name}" as varchar))' for name in asked)
            held = con.execute(
                f'select * from marts."{mart}" where {test}',  # noqa: S608
                [list(ours[name]) for name in asked],
            )
            titles = [column[0] for column in held.description or ()]
            rows = [dict(zip(titles, row, strict=True)) for row in held.fetchall()]
            if rows:
                yield mart, rows
