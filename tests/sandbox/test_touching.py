"""Moments are moved in the form in which a vendor writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.touching import alike, touch

AT = datetime(2026, 7, 4, 5, 6, 7, 890_000, UTC)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-07-01T00:00:00Z", "2026-07-04T05:06:07Z"),
        ("2026-07-01T00:00:00.123Z", "2026-07-04T05:06:07.890Z"),
        ("2026-07-01T00:00:00.000+0000", "2026-07-04T05:06:07.890+0000"),
        ("2026-07-01T00:00:00+00:00", "2026-07-04T05:06:07+00:00"),
        ("2026-07-01 00:00:00", "2026-07-04 05:06:07"),
        (1_782_864_000, 1_783_141_567),
        (1_782_864_000_000, 1_783_141_567_890),
        ("yesterday", "yesterday"),
    ],
)
def test_moment_keeps_its_form(old: object, new: object) -> None:
    assert alike(old, AT) == new


def test_only_moments_of_change_that_are_there_move() -> None:
    record = {"created_at": "2026-07-01 00:00:00", "sys_updated_on": "2026-07-01 00:00:00"}
    touch(record, AT)
    assert record == {
        "created_at": "2026-07-01 00:00:00",
        "sys_updated_on": "2026-07-04 05:06:07",
    }
