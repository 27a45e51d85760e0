"""A disk that fills in the middle of a step is told as what it is, whoever notices it first."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from extract.errors import CxwError, DiskFull

NO_ROOM = os.strerror(errno.ENOSPC)  # the system's words; DuckDB repeats them


@contextmanager
def told_when_full(step: str) -> Iterator[None]:
    """Turn the error of a full disk, be it Python's or DuckDB's, into `DiskFull`."""
    try:
        yield
    except CxwError:
        raise
    except Exception as error:
        if NO_ROOM not in str(error):
            raise
        raise full(step) from None


def full(step: str) -> DiskFull:
    """Return the error of a step that ran out of room."""
    return DiskFull(
        f"the disk filled in the step {step}",
        "what it had written is worth nothing, so the current release stays",
        "make room where the data folder lies, then run the same command again",
    )
