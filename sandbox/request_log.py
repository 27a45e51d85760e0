"""The requests that the faces answered, for a test to look at."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

KEPT = 50_000


class Entry(msgspec.Struct, frozen=True):
    """One request as the log shows it; credentials and bodies are left out."""

    number: int
    at: datetime
    face: str
    method: str
    path: str
    query: str
    status: int
    bytes: int
    fault: bool
    rows: int | None = None  # in the answer's list of records, while a page size is set


class Log:
    """The requests the faces answered, the latest ones kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()
        self._number = 0

    def add(self, make: Callable[[int], Entry]) -> None:
        """Keep one request under the next number."""
        with self._lock:
            self._number += 1
            entry = make(self._number)
            self._entries.append(entry)
            self._counts[entry.face] += 1

    def shown(self) -> dict[str, Any]:
        """Give the kept requests and the counts by face."""
        with self._lock:
            return {"requests": list(self._entries), "counts": dict(self._counts)}

    def clear(self) -> None:
        """Forget the requests; numbers go on."""
        with self._lock:
            self._entries.clear()
            self._counts.clear()
