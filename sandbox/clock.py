"""The company's clock: a moment that stands still until it is moved, or the real time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Tells the company's time; `wall` gives the real one and is asked only in real mode."""

    def __init__(self, now: datetime | None, wall: Callable[[], datetime]) -> None:
        self._lock = threading.Lock()
        self._fixed = now
        self._wall = wall

    def now(self) -> datetime:
        """Give the present moment in UTC, whole seconds."""
        with self._lock:
            now = self._fixed or self._wall()
        return now.astimezone(UTC).replace(microsecond=0)

    def set(self, now: datetime | None) -> None:
        """Stand at a moment from now on, or run with the real time when it is None."""
        with self._lock:
            self._fixed = now

    @property
    def mode(self) -> str:
        """Tell `fixed` or `real`."""
        with self._lock:
            return "real" if self._fixed is None else "fixed"
