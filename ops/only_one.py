"""One process at a time: a lock of the kernel, which frees it when its holder dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extract.errors import CxwError


@contextmanager
def only_one(lock: Path, refusal: CxwError) -> Iterator[None]:
    """Hold a lock for the block; raise the refusal when another process holds it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise refusal from None
        yield
