"""How to reach a source, and how to read what its answer says about going on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

LATER = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 528)})
CREDENTIALS = frozenset({401, 403})
CODE_KEYS = ("error", "errorType", "policyName", "category", "code", "title", "reason")
PLAIN_CODE = re.compile(r"[A-Za-z_]{3,40}")  # one word; anything longer may quote a record


class Action(StrEnum):
    """What follows from an answer."""

    OK = "ok"
    RETRY = "retry"
    FATAL = "fatal"
    DENIED = "denied"  # the credentials, whatever the status says
    EXHAUSTED = "exhausted"  # a paid quota is used up: no waiting helps within reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from one answer; `after` is in seconds, None where the source names no time.

    `is_limit`: the source answers, but we, or others with the same quota, ask it too much.
    """

    action: Action
    after: float | None = None
    reason: str = ""
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """At most so many requests in so many seconds; no limit when `requests` is 0."""

    requests: int = 0
    seconds: float = 1.0


@dataclass(slots=True)
class Traffic:
    """What the reading cost so far."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0
    reads: int = 0  # records that are paid for
    reads_before: int = 0  # by other attempts of the same run
    last_status: int | None = None

    def since(self, before: Traffic) -> Traffic:
        """Return what was spent after a moment at which it was `before`."""
        spent = ("requests", "retries", "bytes")
        return replace(
            self, **{name: getattr(self, name) - getattr(before, name) for name in spent}
        )


Judge = Callable[["httpx.Response", datetime], Verdict]


def default_verdict(response: httpx.Response, now: datetime) -> Verdict:
    """Judge as most vendors mean it: 2xx is good, 429 and server errors pass, the rest stays."""
    if response.is_success:
        return Verdict(Action.OK)
    reason = f"status {response.status_code} {code_of(response)}".strip()
    if response.status_code in LATER:
        is_limit = response.status_code == 429
        return Verdict(Action.RETRY, retry_after(response, now), reason, is_limit)
    return Verdict(Action.FATAL, None, reason)


def unauthorized(response: httpx.Response) -> bool:
    """Tell whether an answer means that a token has expired, as most vendors say it: 401."""
    return response.status_code == 401


@dataclass(frozen=True, slots=True)
class Grant:
    """How to get a token that expires: the request that asks for one at a moment, and its place."""

    request: Callable[[datetime], httpx.Request] = field(repr=False)
    token: str = "access_token"  # noqa: S105  (the key in the answer)
    expired: Callable[[httpx.Response], bool] = unauthorized  # may read the answer's body


@dataclass(frozen=True, slots=True)
class Access:
    """Where a source is and how it wants to be asked; `auth` is name and password, or a grant."""

    source: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | Grant | None = field(default=None, repr=False)
    verdict: Judge = default_verdict
    pace: Pace = Pace()


def retry_after(response: httpx.Response, now: datetime) -> float | None:
    """Return the seconds that Retry-After asks for, given as seconds or as a date."""
    text: str = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds: float = (moment - now).total_seconds()
    return max(0.0, seconds)


def until_reset(response: httpx.Response, header: str, now: datetime) -> float | None:
    """Return the seconds to the epoch second that a header names, and one more to be behind it."""
    reset: str = response.headers.get(header, "").strip()
    return max(1.0, float(reset) - now.timestamp() + 1) if reset.isdigit() else None


def body_of(response: httpx.Response) -> Mapping[str, Any]:
    """Return the JSON object of a refusal; empty when it holds none, and of any good answer."""
    if response.is_success:
        return {}
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def code_of(response: httpx.Response) -> str:
    """Return the vendor's code for a refusal; never its prose."""
    body = body_of(response)
    nested = body.get("error")
    for place in (body, nested if isinstance(nested, dict) else {}):
        for key in CODE_KEYS:
            value = place.get(key)
            if isinstance(value, str) and PLAIN_CODE.fullmatch(value):
                return value
    return ""
