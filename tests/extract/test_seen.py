"""Keys that come again are found, near and far, whatever the size of the file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from extract import seen as module
from extract.seen import Seen, Words, digests_of


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make runs so small that a few thousand keys go through the file."""
    monkeypatch.setattr(module, "RUN", 500)
    monkeypatch.setattr(module, "RECENT", 100)


def digests(keys: Sequence[int]) -> Words:
    return digests_of([str(key).encode() for key in keys])


def test_key_is_the_same_only_with_the_same_cursor() -> None:
    pks = [b"1", b"1", b"2", b"1"]
    found = digests_of(pks, np.array([5, 6, 5, 5], np.int64))
    assert len({tuple(row) for row in found.tolist()}) == 3
    assert found[0].tolist() == found[3].tolist()


def test_key_that_comes_again_at_once_is_told_at_once(tmp_path: Path) -> None:
    seen = Seen(tmp_path)
    assert seen.take(digests([1, 2, 3])) is None
    fresh = seen.take(digests([3, 4, 4, 5]))
    assert fresh is not None
    assert fresh.tolist() == [False, True, False, True]
    assert seen.count == 5
    assert seen.settle() == 0


@pytest.mark.parametrize("rows", [300, 499, 500, 501, 5_000])
def test_key_that_comes_again_far_away_is_told_when_all_are_in(tmp_path: Path, rows: int) -> None:
    seen = Seen(tmp_path)
    order = list(range(rows))
    random.Random(7).shuffle(order)  # noqa: S311
    for first in range(0, rows, 50):
        assert seen.take(digests(order[first : first + 50])) is None
    assert seen.take(digests([*order[:3], rows + 1])) is None
    assert seen.settle() == 3
    told = seen.again(0, seen.count)
    assert np.flatnonzero(told).tolist() == [rows, rows + 1, rows + 2]
    assert seen.again(rows - 3, 5).tolist() == [False, False, False, True, True]


def test_added_keys_are_compared_with_all_that_came_before(tmp_path: Path) -> None:
    seen = Seen(tmp_path)
    for first in range(0, 2_000, 100):
        seen.take(digests(range(first, first + 100)))
    seen.add(digests(range(1_500, 2_500)))
    assert seen.settle() == 500
    assert seen.again(0, 2_000).sum() == 0
    assert np.flatnonzero(seen.again(2_000, 1_000)).tolist() == list(range(500))


def test_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    seen = Seen(tmp_path)
    for first in range(0, 2_000, 100):
        seen.take(digests(range(first, first + 100)))
    seen.settle()
    assert list(tmp_path.iterdir()) == []
