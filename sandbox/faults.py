"""Faults that can be switched on while the sandbox runs, and what they do to an answer.

A fault names the requests it strikes (`path_regex` over the path with its query, `method`), how
many of them (`times`, null for all; `skip` lets the first ones pass), and what happens. Transport:
`latency_seconds`, `disconnect`, `truncate_bytes` (fewer bytes than announced; with
`honest_length` the announced number is the short one), `gzip`, `chunked`, `clock_skew_seconds` (the
vendor's clock is off, in its `Date` and in what a refusal says). Instead of the answer: `refusal`
(the vendor's own, by name; `wait_seconds` is what it asks for), `unauthorized` (as if the
credentials were gone), `repeat` (the first answer struck comes again), `html` (a sign-in page with
200), `status`, `headers`, `body`. Inside the answer: `flip`, `add_field`, `drop_field`,
`duplicate`, `drop_tail`. Before it: `meanwhile`, changes of the world as `/__world/mutate` takes
them, so that rows move between two pages.

Paths inside the answer start at each record (`properties.email`, `tags[0]`, `custom_fields[*].
value`), or at the whole document with `$.` in front; `rows` limits them to the first records.
Parquet answers know flip, add_field, drop_field (by column), duplicate and drop_tail as well.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.faces.wire import Reply
from sandbox.paths import change, putting, remove

RECORD_LISTS = (
    "tickets",
    "users",
    "calls",
    "legs",
    "satisfaction_ratings",
    "survey_responses",
    "organizations",
    "ticket_metric_events",
    "agents_activity",
    "results",
    "data",
    "items",
    "rows",
    "result",
    "posts",
    "feed",
)
LINES = "application/x-ndjson"
SINGLES = {"fan_count", "followersCount"}  # each tells that an answer is itself the only record
PARQUET_MAGIC = b"PAR1"
SIGN_IN_PAGE = b"<!doctype html><html><body><h1>Sign in to continue</h1></body></html>"
Refusal = Literal["rate_limited", "rate_limited_secondly", "rate_limited_daily", "usage_capped"]


class InvalidFault(Exception):
    """The fault cannot be switched on as described."""


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which requests are struck, and how."""

    path_regex: str
    method: str | None = None
    times: int | None = 1
    skip: int = 0
    latency_seconds: float = 0.0
    disconnect: bool = False
    truncate_bytes: int | None = None
    honest_length: bool = False
    gzip: bool = False
    chunked: bool = False
    clock_skew_seconds: float = 0.0
    refusal: Refusal | None = None
    wait_seconds: float | None = None
    unauthorized: bool = False
    repeat: bool = False
    meanwhile: tuple[dict[str, Any], ...] = ()
    html: bool = False
    status: int | None = None
    headers: dict[str, str] = {}
    body: Any = None
    flip: dict[str, Any] = {}
    add_field: dict[str, Any] = {}
    drop_field: tuple[str, ...] = ()
    duplicate: bool = False
    drop_tail: int = 0
    rows: int | None = None

    @property
    def replaces(self) -> bool:
        """Tell whether the vendor is not asked at all."""
        return self.html or self.body is not None or (self.status or 200) >= 300

    @property
    def alters(self) -> bool:
        """Tell whether the records inside the answer change."""
        return bool(
            self.flip or self.add_field or self.drop_field or self.duplicate or self.drop_tail
        )


class Active(msgspec.Struct):
    """A fault that is switched on, with what is left of it."""

    fault: Fault
    skip: int
    left: int | None
    struck: int = 0
    kept: Reply | None = None


class FaultBox:
    """The faults that are on; the first that matches a request strikes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Active] = []

    def add(self, document: bytes) -> None:
        """Switch faults on from JSON: one fault or a list; all or none of them."""
        try:
            faults = msgspec.json.decode(document, type=list[Fault] | Fault)
        except msgspec.MsgspecError as error:
            message = (
                f"The fault could not be read: {error}; nothing was switched on; "
                f"use the fields {', '.join(Fault.__struct_fields__)}."
            )
            raise InvalidFault(message) from error
        given = [faults] if isinstance(faults, Fault) else faults
        for fault in given:
            try:
                re.compile(fault.path_regex)
            except re.error as error:
                message = (
                    f"path_regex {fault.path_regex!r} is no regular expression ({error}); "
                    "nothing was switched on; correct the expression and send the list again."
                )
                raise InvalidFault(message) from error
        with self._lock:
            self._active += [Active(f, f.skip, f.times) for f in given]

    def clear(self) -> None:
        """Switch every fault off."""
        with self._lock:
            self._active.clear()

    def shown(self) -> list[Active]:
        """Give the faults that are on or used up, in the order they were added."""
        with self._lock:
            return [Active(one.fault, one.skip, one.left, one.struck) for one in self._active]

    def take(self, method: str, target: str) -> Active | None:
        """Give the fault that strikes this request and count it, None when it goes unharmed."""
        with self._lock:
            for one in self._active:
                fault = one.fault
                if one.left == 0 or (fault.method and fault.method.upper() != method):
                    continue
                if not re.search(fault.path_regex, target):
                    continue
                if one.skip > 0:
                    one.skip -= 1
                    continue
                if one.left is not None:
                    one.left -= 1
                one.struck += 1
                return one
        return None


def records_of(body: bytes) -> list[Any] | None:
    """Give the records that a JSON answer lists, None when it lists none."""
    try:
        return _listed(msgspec.json.decode(body))[1]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _listed(document: Any) -> tuple[str | None, list[Any] | None]:
    """Find the list of records in a document: under one of the known names, or the document."""
    if isinstance(document, list):
        return None, document
    if isinstance(document, dict):
        for name in RECORD_LISTS:
            if isinstance(document.get(name), list):
                return name, document[name]
        if SINGLES & document.keys():
            return None, [document]
    return None, None


def strike(fault: Fault, answer: Callable[[], Reply]) -> Reply:
    """Give the answer as the fault leaves it; the vendor is not asked when it is replaced."""
    if fault.html:
        return Reply(fault.status or 200, SIGN_IN_PAGE, fault.headers, "text/html; charset=utf-8")
    if fault.replaces:
        body = fault.body
        raw = b"" if body is None else body.encode() if isinstance(body, str) else None
        content = msgspec.json.encode(body) if raw is None else raw
        return Reply(fault.status or 200, content, fault.headers)
    reply = answer()
    change_body = _altered_lines if reply.content_type == LINES else altered
    body_bytes = change_body(fault, reply.body) if fault.alters else reply.body
    headers = {**reply.headers, **fault.headers}
    if body_bytes is not reply.body:
        headers.pop("X-Goog-Hash", None)
    return Reply(fault.status or reply.status, body_bytes, headers, reply.content_type)


def altered(fault: Fault, body: bytes) -> bytes:
    """Change the records inside a JSON or Parquet body; any other body stays."""
    if body.startswith(PARQUET_MAGIC):
        return _altered_table(fault, body)
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    name, listed = _listed(document)
    records = listed or []
    for path, value in {**fault.flip, **fault.add_field}.items():
        for target in _targets(path, document, records, fault.rows):
            change(target, path, putting(value))
    for path in fault.drop_field:
        for target in _targets(path, document, records, fault.rows):
            change(target, path, remove)
    if fault.duplicate:
        records = [record for record in records for _ in range(2)]
    if fault.drop_tail:
        records = records[: -fault.drop_tail]
    if name:
        document[name] = records
    return msgspec.json.encode(records if document is listed else document)


def _altered_lines(fault: Fault, body: bytes) -> bytes:
    """Change the records of a body that holds one a line."""
    listed = altered(fault, b"[" + b",".join(body.splitlines()) + b"]")
    return msgspec.json.Encoder().encode_lines(msgspec.json.decode(listed))


def _targets(path: str, document: Any, records: list[Any], rows: int | None) -> list[Any]:
    return [document] if path.startswith("$.") else records[:rows]


def _altered_table(fault: Fault, body: bytes) -> bytes:
    table = pq.read_table(io.BytesIO(body))
    for name, value in {**fault.flip, **fault.add_field}.items():
        column = pa.array([value] * table.num_rows)
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, column)
        elif name in fault.add_field:
            table = table.append_column(name, column)
    table = table.drop_columns([n for n in fault.drop_field if n in table.column_names])
    if fault.duplicate:
        table = pa.concat_tables([table, table])
    if fault.drop_tail:
        table = table.slice(0, max(0, table.num_rows - fault.drop_tail))
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def names(faults: Sequence[Active]) -> list[dict[str, Any]]:
    """Show faults for the control plane: as given, with what is left and how often they struck."""
    return [
        {**msgspec.to_builtins(one.fault), "left": one.left, "struck": one.struck} for one in faults
    ]
