"""The sandbox's own side door: clock, faults, log, options and changes by hand.

GET/POST `/__clock` {"now": iso | "real"} · GET/POST/DELETE `/__faults` · GET/DELETE `/__log` ·
GET/POST `/__options` {"limits", "page_size", "google_token_seconds", "hubspot_search_lag_seconds",
"hubspot_token_uses", "x_post_cap", "zendesk_csat"} ·
POST `/__world/mutate` {"name", "key", "set": {path: value}, "drop_field", "at", "vanish"}, DELETE
takes all of them back · GET `/__settings`, `/__health`. The name `ga4.events` with a day as key
rewrites that day's object: `set` puts a value into a column, new or not, `duplicate` and
`drop_tail` change its rows. While a page size is set, the log counts the records of each answer.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from sandbox.clock import Clock
from sandbox.faces.gcs import Edit as ObjectEdit
from sandbox.faces.gcs import Storage
from sandbox.faces.hubspot import HubSpot
from sandbox.faces.quota import Limits, Mode
from sandbox.faces.view import POSTS, STREAMS, Edit, View
from sandbox.faces.wire import Reply, json_reply, moment
from sandbox.faces.x import X
from sandbox.faces.zendesk import Zendesk
from sandbox.faces.zendesk_csat import Csat
from sandbox.faults import Fault, FaultBox, InvalidFault, altered, names
from sandbox.paths import drop, put
from sandbox.request_log import Log
from sandbox.touching import touch

DAY_TABLES = "ga4.events"


class Refused(Exception):
    """The control request is wrong; the message says how."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class ClockSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the clock shall stand."""

    now: str


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be set besides faults; absent fields stay as they are."""

    limits: Mode | msgspec.UnsetType = msgspec.UNSET
    page_size: int | msgspec.UnsetType | None = msgspec.UNSET
    google_token_seconds: float | msgspec.UnsetType = msgspec.UNSET
    hubspot_search_lag_seconds: float | msgspec.UnsetType = msgspec.UNSET
    hubspot_token_uses: int | msgspec.UnsetType | None = msgspec.UNSET
    x_post_cap: int | msgspec.UnsetType | None = msgspec.UNSET
    zendesk_csat: Csat | msgspec.UnsetType = msgspec.UNSET


class Mutation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One record changed by hand, from a moment on."""

    name: str
    key: str
    set: dict[str, Any] = {}
    drop_field: tuple[str, ...] = ()
    duplicate: bool = False
    drop_tail: int = 0
    at: str | None = None
    vanish: bool = False


@dataclass(slots=True)
class Knobs:
    """What is turned for every vendor at once."""

    page_size: int | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What the side door reaches into."""

    view: View
    clock: Clock
    faults: FaultBox
    log: Log
    limits: Limits
    knobs: Knobs
    hubspot: HubSpot
    x: X
    storage: Storage
    zendesk: Zendesk


class Control:
    """Serves the side door of one sandbox."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def handle(self, method: str, path: str, body: bytes) -> Reply:
        """Answer one control request; mistakes get 400 with what, why and what next."""
        routes: dict[tuple[str, str], Callable[[bytes], Any]] = {
            ("GET", "/__health"): lambda _: {"status": "ok", "now": self._parts.clock.now()},
            ("GET", "/__clock"): lambda _: self._time(),
            ("POST", "/__clock"): self._set_clock,
            ("GET", "/__faults"): lambda _: names(self._parts.faults.shown()),
            ("POST", "/__faults"): self._add_faults,
            ("DELETE", "/__faults"): self._clear_faults,
            ("GET", "/__log"): lambda _: {
                **self._parts.log.shown(),
                "x_billed": self._parts.x.bill.total(),
            },
            ("DELETE", "/__log"): self._clear_log,
            ("GET", "/__options"): lambda _: self._options(),
            ("POST", "/__options"): self._set_options,
            ("POST", "/__world/mutate"): self.mutate,
            ("DELETE", "/__world/mutate"): self._forget,
        }
        route = routes.get((method, path.rstrip("/")))
        if route is None:
            known = ", ".join(sorted({f"{m} {p}" for m, p in routes}))
            return _wrong(404, f"{method} {path} is no control request; nothing was done; "
                               f"there are {known}.")  # fmt: skip
        try:
            return json_reply(200, route(body))
        except Refused as error:
            return _wrong(error.status, str(error))
        except InvalidFault as error:
            return _wrong(400, str(error))
        except msgspec.MsgspecError as error:
            return _wrong(400, f"The body of {method} {path} could not be read: {error}; "
                               "nothing was changed; send it as the sandbox's docs show."
                          )  # fmt: skip

    def _time(self) -> dict[str, Any]:
        return {"now": self._parts.clock.now(), "mode": self._parts.clock.mode}

    def _set_clock(self, body: bytes) -> dict[str, Any]:
        text = msgspec.json.decode(body, type=ClockSetting).now
        self._parts.clock.set(None if text == "real" else _moment(text))
        self._parts.view.reach(self._parts.clock.now())
        return self._time()

    def _add_faults(self, body: bytes) -> Any:
        self._parts.faults.add(body)
        return names(self._parts.faults.shown())

    def _clear_faults(self, _body: bytes) -> Any:
        self._parts.faults.clear()
        return []

    def _clear_log(self, _body: bytes) -> Any:
        self._parts.log.clear()
        self._parts.x.bill.clear()
        return {}

    def _options(self) -> dict[str, Any]:
        return {
            "limits": self._parts.limits.mode,
            "page_size": self._parts.knobs.page_size,
            "google_token_seconds": self._parts.storage.tokens.lifetime_seconds,
            "hubspot_search_lag_seconds": self._parts.hubspot.search_lag_seconds,
            "hubspot_token_uses": self._parts.hubspot.tokens.token_uses,
            "x_post_cap": self._parts.x.bill.post_cap,
            "zendesk_csat": self._parts.zendesk.csat,
        }

    def _set_options(self, body: bytes) -> dict[str, Any]:
        options = msgspec.json.decode(body, type=Options)
        if not isinstance(options.limits, msgspec.UnsetType):
            self._parts.limits.set_mode(options.limits)
        if not isinstance(options.page_size, msgspec.UnsetType):
            self._parts.knobs.page_size = options.page_size
        if not isinstance(options.google_token_seconds, msgspec.UnsetType):
            self._parts.storage.tokens.live(options.google_token_seconds)
        if not isinstance(options.hubspot_search_lag_seconds, msgspec.UnsetType):
            self._parts.hubspot.search_lag_seconds = options.hubspot_search_lag_seconds
        if not isinstance(options.hubspot_token_uses, msgspec.UnsetType):
            self._parts.hubspot.tokens.token_uses = options.hubspot_token_uses
        if not isinstance(options.x_post_cap, msgspec.UnsetType):
            self._parts.x.bill.post_cap = options.x_post_cap
        if not isinstance(options.zendesk_csat, msgspec.UnsetType):
            self._parts.zendesk.csat = options.zendesk_csat
        return self._options()

    def _forget(self, _body: bytes) -> dict[str, Any]:
        self._parts.view.forget_edits()
        self._parts.storage.forget_edits()
        return {}

    def mutate(self, body: bytes) -> dict[str, Any]:
        """Change one record, or one day's table, from a moment on."""
        wish = msgspec.json.decode(body, type=Mutation)
        now = self._parts.clock.now()
        at = _moment(wish.at) if wish.at else now
        if wish.name == DAY_TABLES:
            return self._rewrite(wish, at)
        if wish.name not in {*STREAMS, POSTS}:
            raise Refused(
                f"'{wish.name}' is no stream of the world; nothing was changed; "
                f"use one of {', '.join((*STREAMS, POSTS, DAY_TABLES))}."
            )
        if wish.duplicate or wish.drop_tail:
            raise Refused(
                f"duplicate and drop_tail change the rows of {DAY_TABLES}, {wish.name} has "
                "records; nothing was changed; use a fault to double or withhold records."
            )
        present = self._parts.view.present(wish.name, max(at, now))
        if wish.key not in present:
            raise Refused(
                f"{wish.name} has {len(present)} records and none with key '{wish.key}'; "
                "nothing was changed; take a key that the API shows.",
                404,
            )
        record = None
        if not wish.vanish:
            record = copy.deepcopy(present[wish.key])
            touch(record, at)
            put(record, wish.set)
            drop(record, wish.drop_field)
        self._parts.view.edit(wish.name, Edit(at, wish.key, record))
        return {"name": wish.name, "key": wish.key, "at": at, "record": record}

    def _rewrite(self, wish: Mutation, at: datetime) -> dict[str, Any]:
        """Let the bucket hold another object for a day, its metadata in agreement."""
        fault = Fault(
            path_regex="",
            add_field=wish.set,
            drop_field=wish.drop_field,
            duplicate=wish.duplicate,
            drop_tail=wish.drop_tail,
        )
        change = None if wish.vanish else lambda content: altered(fault, content)
        try:
            day = date.fromisoformat(wish.key)
        except ValueError:
            day = date.min
        if not self._parts.storage.rewrite(day, ObjectEdit(at, change)):
            raise Refused(
                f"{DAY_TABLES} has no object of day '{wish.key}' at {at:%Y-%m-%dT%H:%M:%SZ}; "
                "nothing was changed; name a day like 2026-07-02 whose table is exported.",
                404,
            )
        return {"name": wish.name, "key": wish.key, "at": at}


def _moment(text: str) -> datetime:
    try:
        return moment(text).astimezone(UTC)
    except ValueError as error:
        message = (
            f"{text!r} is no moment with a zone; the clock stays where it is; "
            "write one like 2026-09-29T00:10:00Z, or real."
        )
        raise Refused(message) from error


def _wrong(status: int, message: str) -> Reply:
    return json_reply(status, {"error": message})
