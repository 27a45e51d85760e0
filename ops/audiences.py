"""Lists of whom to write to, out of the release in service, for a mailing tool to take in."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

from extract.errors import CxwError

if TYPE_CHECKING:
    import duckdb

COLUMNS = ("contact_id", "audience_slug", "reason_name", "customer_benefit_name")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MEMBERS = """
select members.contact_id, members.audience_slug, members.reason_name, members.customer_benefit_name
from marts.agg_audience_members as members
where members.audience_slug = ? and not members.is_held_out and members.contact_budget_count > 0
    and exists (
        select 1 from marts.fct_consent_periods as periods
        where periods.contact_id = members.contact_id and periods.purpose_slug = ?
            and periods.is_current and periods.is_permitted
    )
order by members.contact_id
"""


class AudienceRefused(CxwError):
    """There is no such audience, or nobody whom it may reach."""


def export(connection: duckdb.DuckDBPyConnection, audience: str, purpose: str, out: Path) -> int:
    """Write the contacts of an audience whom it may reach now; return how many they are.

    Who is held out, or took the consent back since the audience was made, is left out. The list
    holds ids and no addresses: the tool knows those. A file that is there is replaced whole.
    """
    counted = connection.execute(
        "select count(*), count(case when is_held_out then 1 end)"
        " from marts.agg_audience_members where audience_slug = ?",
        [audience],
    ).fetchall()[0]
    members = connection.execute(MEMBERS, [audience, purpose]).fetchall()
    if not members:
        raise AudienceRefused(
            f"audience {audience}: {counted[0]} members, {counted[1]} of them held out",
            "nobody is left who permits the purpose, so no list was written",
            "look at marts.agg_audience_members and dbt_project/seeds/audiences.csv",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    written = out.with_name(f".{out.name}.part")
    with written.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows([harmless(value) for value in member] for member in members)
    os.replace(written, out)
    return len(members)


def harmless(value: object) -> object:
    """Return a value of which no spreadsheet makes a formula: an apostrophe makes it text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def purpose_of(seed: Path, audience: str) -> str:
    """Return the purpose that an audience is declared for; refuse an audience that is not."""
    with seed.open(newline="") as file:
        declared = {row["audience_slug"]: row["purpose_slug"] for row in csv.DictReader(file)}
    if audience not in declared:
        raise AudienceRefused(
            f"audience {audience} is not declared",
            "an audience without a declared purpose has no consent to rest on",
            f"use one of {', '.join(sorted(declared))}, or add a row to {seed.name}",
        )
    return declared[audience]
