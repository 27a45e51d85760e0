"""What the reads would cost at X: prepaid, per resource, charged once per UTC day.

Prices as published in 2026: 0.005 USD a post read, 0.010 a user read, 0.001 an owned read (own
posts and mentions of the own account).
"""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import Any

from sandbox.faces.view import Record

PRICES = {"posts": 0.005, "users": 0.010, "owned": 0.001}


class Bill:
    """Counts billed reads; the cap, when one is set, is a number of post reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[tuple[date, str, str]] = set()
        self._reads = dict.fromkeys(PRICES, 0)
        self.post_cap: int | None = None

    def charge(
        self, now: datetime, posts: list[Record], body: dict[str, Any], owned: bool = False
    ) -> None:
        """Charge an answer: its posts, the posts it includes and the users it includes."""
        included = body.get("includes", {})
        post_kind = "owned" if owned else "posts"
        resources = [(post_kind, str(post["id"])) for post in posts]
        resources += [("posts", str(post["id"])) for post in included.get("tweets", [])]
        resources += [("users", str(user["id"])) for user in included.get("users", [])]
        with self._lock:
            for kind, key in resources:
                mark = (now.date(), "user" if kind == "users" else "post", key)
                if mark not in self._seen:
                    self._seen.add(mark)
                    self._reads[kind] += 1

    def is_capped(self) -> bool:
        """Tell whether the paid post reads are used up."""
        return self.post_cap is not None and self._reads["posts"] >= self.post_cap

    def total(self) -> dict[str, float]:
        """Give the reads by kind and what they cost."""
        with self._lock:
            cost = sum(count * PRICES[kind] for kind, count in self._reads.items())
            return {**self._reads, "usd": round(cost, 3)}

    def clear(self) -> None:
        """Forget what was read."""
        with self._lock:
            self._seen.clear()
            self._reads = dict.fromkeys(PRICES, 0)
