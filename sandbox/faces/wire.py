"""What a face receives and answers: requests, replies, and the moments inside them.

Every face asks two things of the request, so that a test can turn them for all vendors alike:
`request.page_size(size)` before it cuts a page, and `request.told_wait(seconds)` when it refuses
for a limit.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import msgspec

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One request after the vendor's own prefix was taken off its path.

    `path` is still percent-encoded, because object names may hold an encoded slash; header names
    are lower case; `base_url` is scheme, host and prefix as the client wrote them.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    now: datetime
    page_limit: int | None = None
    wait_seconds: float | None = None

    def page_size(self, size: int) -> int:
        """Give how many rows this page may hold: `size`, or fewer while a test wants it short.

        `size` is what the vendor would serve: the number asked for, or the vendor's most. Use what
        comes back for the page and for where the next one begins.
        """
        return size if self.page_limit is None else max(1, min(size, self.page_limit))

    def told_wait(self, seconds: float) -> float:
        """Give the seconds that a refusal for a limit asks for: `seconds`, or what a fault says."""
        return seconds if self.wait_seconds is None else self.wait_seconds

    def first(self, name: str) -> str | None:
        """Give the first value of a query parameter, None when it is absent."""
        values = self.query.get(name)
        return values[0] if values else None

    def listed(self, name: str) -> list[str]:
        """Give a comma-separated query parameter as its parts, repeated parameters joined."""
        parts = ",".join(self.query.get(name, [])).split(",")
        return [part.strip() for part in parts if part.strip()]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it goes over the wire."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE


class Face(Protocol):
    """One vendor's API over the world."""

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give one of the vendor's own refusals by name, None when there is none of that name."""


def json_reply(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer with a JSON document."""
    return Reply(status, msgspec.json.encode(body), headers or {})


def whole_number(text: str | None) -> int | None:
    """Read a whole number, None when the text is not one."""
    if text is None or not text.lstrip("-").isdigit():
        return None
    return int(text)


def moment(text: str) -> datetime:
    """Read an ISO 8601 moment with its zone; raises ValueError on anything else."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        message = f"{text!r} carries no zone"
        raise ValueError(message)
    return when


def epoch(text: str) -> int:
    """Give the whole epoch seconds of an ISO 8601 moment."""
    return int(datetime.fromisoformat(text).timestamp())


def epoch_ms(text: str) -> int:
    """Give the epoch milliseconds of an ISO 8601 moment."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def zulu_ms(when: datetime) -> str:
    """Write a moment as vendors do that show milliseconds."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def stable_id(*parts: object) -> str:
    """Make a UUID that is the same for the same parts, so that answers repeat byte for byte."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(str(part) for part in parts)))
