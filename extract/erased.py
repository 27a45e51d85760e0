"""What must not come back: records of people who were erased, known by keyed hashes alone.

An erasure is an order in `lake/decisions/erasures/`: hashes of identifiers, and the files that held
them. The same judgement rewrites the lake and meets every record that is landed later. The key lies
beside the orders; without it no hash can be made of a guess.
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pyarrow as pa

from extract.persons import ANCHORS, NAMED, OWN_KEY, normalised, places, stated, values_at
from extract.reading import dig
from extract.source import Batch, Stream

FOLDER = Path("decisions") / "erasures"
KEY_NAME = "key"
GONE = "[erased]"
DISTINCT = 8  # letters from which an id is sought in texts, too: shorter ones mean other things
SOUGHT = ("email", "bluesky_handle", "bluesky_did")  # in texts; a user name only behind its @
WORD = re.compile(r"did:\w+:[\w.-]+|@?\w[\w.+%-]*(?:@[\w.-]+)?")
PHONE = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ()./-]{0,2}\d){7,14}(?!\w)")
RECORD = re.compile(rf"\b({'|'.join(ANCHORS)}):([\w.:-]*[\w-])")
REMEMBERED = 1 << 18


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure as it is written down before it begins; it holds no personal data."""

    erasure_id: str
    ordered_at: datetime
    ordered_by: str
    reason: str
    identifiers: int
    removed: int  # rows
    changed: int
    hashes: list[str]
    files: list[str]  # below a zone


@dataclass(slots=True)
class Guard:
    """Knows the erased by hash, and takes them out of records and texts."""

    key: bytes
    hashes: frozenset[str]
    _seen: dict[str, bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def knows(self, kind: str, value: object) -> bool:
        """Tell whether an identifier of a kind is of somebody erased."""
        text = normalised(kind, value)
        return text is not None and self._has(kind, text)

    def owns(self, stream: str, record: Mapping[str, Any]) -> bool:
        """Tell whether a record is of somebody erased: all that a path states is theirs."""
        return any(
            all(self._has(kind, value) for value in values)
            for _, kind, values in stated(stream, record)
        )

    def kept(self, name: str, stream: Stream, record: dict[str, Any]) -> dict[str, Any] | None:
        """Return a record without the erased: as it was, changed, or None when it is theirs.

        Where the key itself holds an identifier, nothing of the record can stay.
        """
        if self.owns(name, record):
            return None
        left: Any = record
        for path, kind in {**places(name, record), **NAMED.get(name, {})}.items():
            left = self._without(left, path, kind)
        left = self._cleaned(left)
        if [dig(left, path) for path in stream.pk] != [dig(record, path) for path in stream.pk]:
            return None
        return dict(left)

    def touches(self, text: str) -> bool:
        """Tell whether any word of a text may be an identifier of the erased; cheap, and wide."""
        if "%" in text:
            text = f"{text} {unquote(text)}"
        return any(self._may_be(word) for word in WORD.findall(text)) or any(
            self._is_phone(found) for found in PHONE.findall(text)
        )

    def cleaned(self, text: str) -> str:
        """Return a text with the identifiers of the erased taken out."""
        for said in (text, unquote(text)) if "%" in text else (text,):
            done = RECORD.sub(self._of_record, said)
            done = PHONE.sub(lambda m: GONE if self._is_phone(m[0]) else m[0], done)
            done = WORD.sub(self._of_word, done)
            if done != said:
                return done
        return text

    def _has(self, kind: str, value: str) -> bool:
        return digest(self.key, kind, value) in self.hashes

    def _remembered(self, sort: str, text: str) -> bool:
        if (known := self._seen.get(f"{sort}{text}")) is None:
            if len(self._seen) > REMEMBERED:
                self._seen.clear()
            known = self._seen[f"{sort}{text}"] = self._has(sort, text)
        return known

    def _may_be(self, word: str) -> bool:
        return self._remembered("seen", _bare(word))

    def _is_phone(self, text: str) -> bool:
        digits = normalised("phone", text)
        return digits is not None and self._remembered("phone", digits)

    def _of_record(self, match: re.Match[str]) -> str:
        return GONE if self.knows(ANCHORS[match[1]], match[2]) else match[0]

    def _of_word(self, match: re.Match[str]) -> str:
        bare, word = _bare(match[0]), match[0]
        is_theirs = self._remembered("text", bare) or (
            word.startswith("@") and self._remembered("x_username", bare)
        )
        return GONE + word[len(word.rstrip(".-")) :] if is_theirs else word

    def _cleaned(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {key: self._cleaned(value) for key, value in node.items()}
        if isinstance(node, list):
            cleaned = ((one, self._cleaned(one)) for one in node)
            return [clean for one, clean in cleaned if clean is not None or one is None]
        if isinstance(node, str):
            return self.cleaned(node)
        is_number = isinstance(node, int) and not isinstance(node, bool)
        return None if is_number and self._remembered("text", str(node)) else node

    def _without(self, node: Any, path: str, kind: str) -> Any:
        """Return a record without the parts of lists that are the erased's."""
        if isinstance(node, list):
            return [
                self._without(one, path, kind)
                for one in node
                if not any(self.knows(kind, value) for value in values_at(one, path))
            ]
        step, _, rest = path.partition(".")
        if isinstance(node, dict) and rest and isinstance(node.get(step), dict | list):
            return {**node, step: self._without(node[step], rest, kind)}
        return node


def guard(lake: Path) -> Guard:
    """Return what knows everybody erased from a lake; it is false when that is nobody."""
    found = orders(lake)
    if not found:
        return Guard(b"", frozenset())
    key = (lake / FOLDER / KEY_NAME).read_bytes()
    return Guard(key, frozenset(one for order in found for one in order.hashes))


def orders(lake: Path) -> list[Order]:
    """Return all erasures that were ordered, oldest first."""
    found = [
        msgspec.json.decode(path.read_bytes(), type=Order)
        for path in (lake / FOLDER).glob("*.json")
    ]
    return sorted(found, key=lambda order: (order.ordered_at, order.erasure_id))


def hashes_of(key: bytes, identifiers: Iterable[tuple[str, str]]) -> set[str]:
    """Return the hashes by which identifiers (kind and normal form) are known again.

    Beside the identifier itself: its words, by which a record is looked at more closely; and the
    word that stands for nobody else, which is taken out of every text.
    """
    made = set()
    for kind, value in identifiers:
        made.add(digest(key, kind, value))
        made |= {digest(key, "seen", _bare(word)) for word in WORD.findall(value)}
        is_id = kind not in ("phone", "x_username") and kind not in OWN_KEY.values()
        if kind in SOUGHT or (is_id and len(value) >= DISTINCT and WORD.fullmatch(value)):
            made.add(digest(key, "text", _bare(value)))
    return made


def digest(key: bytes, kind: str, value: str) -> str:
    """Return the keyed hash of an identifier."""
    return blake2b(
        f"{kind}|{value}".encode(errors="surrogateescape"), key=key, digest_size=16
    ).hexdigest()


def without_erased(
    batches: Iterable[Batch], known: Guard, name: str, stream: Stream
) -> Iterator[Batch]:
    """Yield the batches without the erased; what the source counts is less by as many."""
    if not known:
        yield from batches
        return
    left_out = 0
    for batch in batches:
        if batch.columns is not None:
            table = pa.Table.from_batches([batch.columns])
            kept = kept_rows(known, name, stream, table)
            left_out += table.num_rows - kept.num_rows
            batch = replace(batch, columns=_one(kept))  # noqa: PLW2901
        elif batch.records:
            some = [kept_record(known, name, stream, record) for record in batch.records]
            records = [record for record in some if record is not None]
            left_out += len(some) - len(records)
            batch = replace(batch, records=records)  # noqa: PLW2901
        if batch.told:
            counted, shown = batch.told
            told = (max(0, counted - left_out), max(0, shown - left_out))
            batch, left_out = replace(batch, told=told), 0  # noqa: PLW2901
        yield batch


def kept_record(known: Guard, name: str, stream: Stream, record: msgspec.Raw) -> msgspec.Raw | None:
    """Return a record of a source without the erased, None when nothing of it may stay."""
    text = bytes(record).decode(errors="replace")
    if "\\" not in text and not known.touches(text):  # an escape may hide where a word begins
        return record
    try:
        found = json.loads(text)
    except ValueError:  # the landing says what is wrong with it
        found = None
    if not isinstance(found, dict):
        return None if known.touches(text) else record
    left = known.kept(name, stream, found)
    if left is None or left == found:
        return None if left is None else record
    return msgspec.Raw(json.dumps(left, ensure_ascii=False, separators=(",", ":")).encode())


def kept_rows(known: Guard, name: str, stream: Stream, table: pa.Table) -> pa.Table:
    """Return rows of a source that delivers columns without the erased."""
    rows = table.to_pylist()
    left = [
        known.kept(name, stream, row) if known.touches(" ".join(spoken(row))) else row
        for row in rows
    ]
    if left == rows:
        return table
    return pa.Table.from_pylist([row for row in left if row is not None], table.schema)


def spoken(node: Any) -> Iterator[str]:
    """Yield every text and number of a record."""
    if isinstance(node, Mapping | list):
        for one in node.values() if isinstance(node, Mapping) else node:
            yield from spoken(one)
    elif node is not None:
        yield str(node)


def _one(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)


def _bare(word: str) -> str:
    return unquote(word).lstrip("@").rstrip(".-%").lower()


@contextmanager
def at_work(lake: Path) -> Iterator[None]:
    """Work on files of the lake beside others, but never while somebody is erased from it."""
    with _locked(lake, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(lake: Path) -> Iterator[None]:
    """Wait until nobody works on files of the lake, and keep it so."""
    with _locked(lake, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(lake: Path, how: int) -> Iterator[None]:
    lake.mkdir(parents=True, exist_ok=True)
    with (lake / ".erasing").open("a") as handle:
        fcntl.flock(handle, how)
        yield
