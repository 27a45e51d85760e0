"""How often a vendor lets itself be asked.

Quotas run on a monotonic clock that is handed in, never on the simulated one: a client waits in
real seconds even while the company's clock stands still.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Mode = Literal["real", "fast", "off"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A vendor's limit: so many requests in so many seconds."""

    limit: int
    seconds: float
    rolling: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What one request left of a quota."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: float


class Limits:
    """Counts requests per named rule; `fast` makes every window one second, `off` refuses none."""

    def __init__(self, mode: Mode, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._hits: dict[str, deque[float]] = {}
        self.mode: Mode = mode

    def set_mode(self, mode: Mode) -> None:
        """Change the windows and forget what was spent."""
        with self._lock:
            self.mode = mode
            self._hits.clear()

    def take(self, name: str, rule: Rule) -> Spent:
        """Spend one request of a rule; a refused request costs nothing."""
        if self.mode == "off":
            return Spent(True, rule.limit, rule.limit - 1, rule.seconds)
        seconds = min(rule.seconds, 1.0) if self.mode == "fast" else rule.seconds
        now = self._monotonic()
        with self._lock:
            hits = self._hits.setdefault(name, deque())
            if rule.rolling:
                while hits and hits[0] <= now - seconds:
                    hits.popleft()
            elif hits and hits[0] <= now - seconds:
                hits.clear()
            reset = (hits[0] + seconds - now) if hits else seconds
            if len(hits) >= rule.limit:
                return Spent(False, rule.limit, 0, reset)
            hits.append(now)
            return Spent(True, rule.limit, rule.limit - len(hits), reset)
