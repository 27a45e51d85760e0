"""Guards against over-merging: which probable matches may tie records, and which a person must see.

Pairs are taken from the surest to the least sure. Each would join two groups of records; a guard
looks at the groups as they stand by then, so a chain of likely pairs cannot melt strangers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

LINKED, REVIEW, REFUSED = "linked", "review", "refused"
SCHEMA = pa.schema(
    [
        ("left_record_key", pa.string()),
        ("right_record_key", pa.string()),
        ("match_probability", pa.float64()),
        ("verdict_type", pa.string()),
        ("verdict_reason", pa.string()),
        ("evidence_reason", pa.string()),
        ("model_version", pa.string()),
    ]
)
# Words for the levels of the comparisons, by the number that Splink gives them.
_WORDS = {
    "name_key": {2: "the same name", 1: "nearly the same name"},
    "email": {
        3: "the same e-mail address",
        2: "the same name before the @",
        1: "nearly the same e-mail address",
    },
    "phone": {2: "the same telephone number", 1: "nearly the same telephone number"},
    "handle": {1: "a handle like the e-mail address"},
}
# Records of one group by exact evidence; an identifier that several persons state ties nobody.
_EXACT_TIES = """
    with stated as (
        select unique_id, customer_number, email, identifier.kind, identifier.stated
        from (
            select *, unnest([
                {'kind': 'email', 'stated': email}, {'kind': 'phone', 'stated': phone},
                {'kind': 'handle', 'stated': handle},
                {'kind': 'customer_number', 'stated': customer_number}
            ]) as identifier
            from records
        )
        where identifier.stated is not null
    ),
    own as (
        select kind, stated, min(unique_id) as anchor
        from stated
        group by kind, stated
        having count(distinct customer_number) <= 1
            and (kind <> 'phone' or count(distinct email) <= 1)
    )
    select own.anchor, stated.unique_id from stated inner join own using (kind, stated)
    where own.anchor <> stated.unique_id order by 1, 2"""
_SHARED_PHONES = """
    select phone from records where phone is not null group by phone
    having count(distinct customer_number) > 1 or count(distinct name_key) > 1
        or count(distinct email) > 1"""


@dataclass(frozen=True, slots=True)
class Guards:
    """The bounds within which a probable match ties two records by itself."""

    link_at: float = 0.95
    review_at: float = 0.2
    bridge_at: float = 0.999  # between two groups that are both established
    established_records: int = 3
    max_records: int = 12  # of one customer


@dataclass(slots=True)
class _Groups:
    """Groups of records that grow: whose numbers they hold, and how many they are."""

    parent: list[int]
    numbers: dict[int, set[str]]
    sizes: dict[int, int]

    def root(self, record: int) -> int:
        while self.parent[record] != record:
            self.parent[record] = self.parent[self.parent[record]]
            record = self.parent[record]
        return record

    def join(self, one: int, other: int) -> None:
        low, high = sorted((one, other))
        self.parent[high] = low
        self.numbers[low] |= self.numbers.pop(high)
        self.sizes[low] += self.sizes.pop(high)


def judge(
    records: pa.Table,
    pairs: pa.Table,
    version: str,
    *,
    guards: Guards | None = None,
    apart: Collection[tuple[str, str]] = (),
) -> pa.Table:
    """Judge the pairs that exact evidence does not tie already; `apart` were told apart by hand."""
    bounds = guards or Guards()
    keys = records["unique_id"].to_pylist()
    place = {key: number for number, key in enumerate(keys)}
    groups = _exact_groups(records, place)
    shared = _shared_phones(records)
    strangers = [(place[a], place[b]) for a, b in apart if a in place and b in place]
    rows = []
    for pair in sorted(pairs.to_pylist(), key=_surest_first):
        left, right = sorted((pair["unique_id_l"], pair["unique_id_r"]))
        one, other = groups.root(place[left]), groups.root(place[right])
        if one == other:
            continue
        probability = round(pair["match_probability"], 6)
        if any({groups.root(a), groups.root(b)} == {one, other} for a, b in strangers):
            verdict, reason = REFUSED, "a person told them apart"
        else:
            verdict, reason = _verdict(groups, one, other, pair, probability, bounds, shared)
        if verdict == LINKED:
            groups.join(one, other)
        rows.append((left, right, probability, verdict, reason, evidence_of(pair), version))
    columns = list(zip(*sorted(rows), strict=True)) or [() for _ in SCHEMA]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], SCHEMA)


def evidence_of(pair: dict[str, Any]) -> str:
    """Say in plain words in what two records agree."""
    said = [
        words[pair[f"gamma_{name}"]] for name, words in _WORDS.items() if pair[f"gamma_{name}"] > 0
    ]
    return ", ".join(said)


def _surest_first(pair: dict[str, Any]) -> tuple[float, str, str]:
    return -round(pair["match_probability"], 6), pair["unique_id_l"], pair["unique_id_r"]


def _verdict(
    groups: _Groups,
    one: int,
    other: int,
    pair: dict[str, Any],
    probability: float,
    bounds: Guards,
    shared: set[str],
) -> tuple[str, str]:
    sizes = sorted((groups.sizes[one], groups.sizes[other]))
    only_phone = evidence_of(pair) == _WORDS["phone"][2]
    guards = [
        (probability < bounds.review_at, REFUSED, "too little agrees"),
        (
            len(groups.numbers[one] | groups.numbers[other]) > 1,
            REFUSED,
            "they hold different customer numbers",
        ),
        (
            only_phone and pair["phone_l"] in shared,
            REFUSED,
            "only a telephone that several persons use ties them",
        ),
        (probability < bounds.link_at, REVIEW, "likely, and not sure"),
        (
            sum(sizes) > bounds.max_records,
            REVIEW,
            f"together they would be more than {bounds.max_records} records",
        ),
        (
            sizes[0] >= bounds.established_records and probability < bounds.bridge_at,
            REVIEW,
            "one pair alone would join two well known customers",
        ),
        (True, LINKED, "enough agrees"),
    ]
    return next((verdict, reason) for strikes, verdict, reason in guards if strikes)


def _exact_groups(records: pa.Table, place: dict[str, int]) -> _Groups:
    with duckdb.connect() as con:
        con.register("records", records)
        ties = con.execute(_EXACT_TIES).fetchall()
    count = len(place)
    rows = np.array([place[one] for one, _ in ties], dtype=np.int64)
    columns = np.array([place[other] for _, other in ties], dtype=np.int64)
    graph = coo_matrix((np.ones(len(ties), dtype=np.int8), (rows, columns)), shape=(count, count))
    labels = connected_components(graph, directed=False)[1].tolist()
    roots: dict[int, int] = {}
    groups = _Groups([], {}, {})
    for number, (label, stated) in enumerate(
        zip(labels, records["customer_number"].to_pylist(), strict=True)
    ):
        root = roots.setdefault(label, number)
        groups.parent.append(root)
        groups.numbers.setdefault(root, set()).update({stated} if stated else ())
        groups.sizes[root] = groups.sizes.get(root, 0) + 1
    return groups


def _shared_phones(records: pa.Table) -> set[str]:
    with duckdb.connect() as con:
        con.register("records", records)
        return {phone for (phone,) in con.execute(_SHARED_PHONES).fetchall()}
