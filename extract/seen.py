"""Which keys a file holds already, in memory that does not grow with the file.

What comes again at the seam of two pages is found at once. All keys go to an unnamed file, as runs
of 128-bit digests, each in slices; when the last is in, every slice of all runs is read once, and
what came again far from its first place is found, too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_128_digest

Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

RECENT = 2048  # keys with which a page is compared at once
RUN = 1 << 16  # keys that are put away together
SLICES = 256  # by the first byte of a digest
ENTRY = 3  # words: the digest, and the number of the key
NOTHING: Words = np.empty((0, 2), np.uint64)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # odd: two cursors of one key never give one digest


def digests_of(keys: Iterable[bytes], cursors: NDArray[np.int64] | None = None) -> Words:
    """Return 128 bits for each version of each record, as two words.

    That two of ten million differ and look alike has a chance of 1e-25.
    """
    hashed = b"".join(map(xxh3_128_digest, keys))
    digests = np.frombuffer(hashed, np.uint64).reshape(-1, 2)
    if cursors is None:
        return digests
    return digests ^ (cursors.view(np.uint64) * GOLDEN)[:, None]


class Seen:
    """The keys of a file, numbered from 0 in the order in which they came."""

    def __init__(self, spool: Path) -> None:
        self.count = 0
        self._spool = spool
        self._recent = NOTHING
        self._waiting: list[Words] = []
        self._waits = 0
        self._file: IO[bytes] | None = None
        self._runs: list[NDArray[np.int64]] = []  # where each slice of a run begins, in keys
        self._again = np.zeros(0, np.uint8)  # a bit a key

    def take(self, digests: Words) -> Flags | None:
        """Give numbers to the new keys of a page; tell which ones are new, None when all are."""
        fresh = self._fresh(digests)
        came = digests if fresh is None else digests[fresh]
        self._recent = np.concatenate([self._recent, came])[-RECENT:]
        self.add(came)
        return fresh

    def add(self, digests: Words) -> None:
        """Give a number to each key, even if it came before: `settle` will tell."""
        self._waiting.append(digests)
        self._waits += len(digests)
        self.count += len(digests)
        if self._waits >= RUN:
            self._put_away()

    def settle(self) -> int:
        """Find the keys that came before and were numbered all the same; return how many."""
        self._again = np.zeros(self.count // 8 + 1, np.uint8)
        if not self._runs:
            return self._compare(self._entries())
        self._put_away()
        step = max(1, SLICES * RUN // self.count)  # so that about one run is in memory
        return sum(
            self._compare(np.concatenate([self._read(run, low, low + step) for run in self._runs]))
            for low in range(0, SLICES, step)
        )

    def again(self, first: int, count: int) -> Flags:
        """Tell which keys of these numbers `settle` found to have come before."""
        low = first // 8
        bits = np.unpackbits(self._again[low : (first + count) // 8 + 1], bitorder="little")
        return bits[first - 8 * low :][:count].astype(np.bool_)

    def _fresh(self, digests: Words) -> Flags | None:
        known = np.concatenate([self._recent, digests])
        if not _has_equal(np.sort(known[:, 0])):  # as a rule
            return None
        order = np.argsort(known[:, 0], kind="stable")
        later, earlier = order[1:], order[:-1]
        equal = (known[later] == known[earlier]).all(axis=1)
        fresh = np.ones(len(known), np.bool_)
        fresh[later[equal]] = False
        return fresh[len(known) - len(digests) :]

    def _entries(self) -> Words:
        """Return what waits, with the numbers of the keys."""
        entries = np.empty((self._waits, ENTRY), np.uint64)
        entries[:, :2] = np.concatenate([NOTHING, *self._waiting])
        entries[:, 2] = np.arange(self.count - self._waits, self.count, dtype=np.uint64)
        return entries

    def _put_away(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._spool)  # noqa: SIM115  (lives as we do)
        run = self._entries()
        slices = (run[:, 0] >> np.uint64(56)).astype(np.uint8)
        run = run[np.argsort(slices, kind="stable")]
        ends = np.cumsum(np.bincount(slices, minlength=SLICES))
        self._runs.append(self.count - self._waits + np.concatenate(([0], ends)))
        self._file.write(run.tobytes())
        self._waiting, self._waits = [], 0

    def _read(self, run: NDArray[np.int64], low: int, high: int) -> Words:
        assert self._file is not None  # noqa: S101
        first, end = int(run[low]), int(run[min(high, SLICES)])
        self._file.seek(first * ENTRY * 8)
        content = self._file.read((end - first) * ENTRY * 8)
        return np.frombuffer(content, np.uint64).reshape(-1, ENTRY)

    def _compare(self, found: Words) -> int:
        """Mark what comes again among some keys; the first of equal ones stays."""
        if not _has_equal(np.sort(found[:, 0])):  # as a rule
            return 0
        found = found[np.lexsort((found[:, 2], found[:, 1], found[:, 0]))]
        equal = (found[1:, :2] == found[:-1, :2]).all(axis=1)
        numbers: Any = found[1:, 2][equal]
        bits = np.left_shift(1, numbers & np.uint64(7)).astype(np.uint8)
        np.bitwise_or.at(self._again, numbers >> np.uint64(3), bits)
        return len(numbers)


def _has_equal(ordered: Words) -> bool:
    return bool((ordered[1:] == ordered[:-1]).any())
