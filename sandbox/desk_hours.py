"""The hours at which the service desk writes: from Monday to Saturday, 7 to 19 o'clock."""

from __future__ import annotations

from sandbox.moments import DAY, HOUR, MINUTE, hour_of, weekday

WORK_BEGINS, WORK_ENDS = 7, 19


def at_work(us: int, minutes: int) -> int:
    """Add working minutes to a moment."""
    while True:
        if weekday(us) == 6 or hour_of(us) >= WORK_ENDS:
            us = us - us % DAY + DAY + WORK_BEGINS * HOUR
            continue
        if hour_of(us) < WORK_BEGINS:
            us = us - us % DAY + WORK_BEGINS * HOUR
        left = (us - us % DAY + WORK_ENDS * HOUR - us) // MINUTE
        if minutes <= left:
            return us + minutes * MINUTE
        minutes -= left
        us = us - us % DAY + DAY


def working_us(begins: int, ends: int) -> int:
    """Count the microseconds between two moments at which the desk works."""
    total, day = 0, begins - begins % DAY
    while day < ends:
        if weekday(day) != 6:
            low, high = max(begins, day + WORK_BEGINS * HOUR), min(ends, day + WORK_ENDS * HOUR)
            total += max(0, high - low)
        day += DAY
    return total
