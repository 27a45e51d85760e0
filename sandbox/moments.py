"""Whole microseconds since 1970 in UTC: the sandbox's only clock unit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MILLI = 1_000

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SUNDAY = 6
HOLIDAYS = {(1, 1), (12, 25), (12, 26)}  # month and day: those of seeds/business_holidays.csv
_MICRO = timedelta(microseconds=1)


def as_datetime(us: int) -> datetime:
    """Give the moment with its time zone."""
    return EPOCH + timedelta(microseconds=us)


def as_us(moment: datetime) -> int:
    """Count microseconds exactly; a moment without a zone is refused by the subtraction."""
    return (moment - EPOCH) // _MICRO


def start_of(day: date) -> int:
    """Give a day's first moment."""
    return (day - EPOCH.date()).days * DAY


def to_seconds(us: int) -> int:
    """Cut to whole seconds, still counted in microseconds."""
    return us - us % SECOND


def to_millis(us: int) -> int:
    """Cut to whole milliseconds, still counted in microseconds."""
    return us - us % MILLI


def iso_seconds(us: int) -> str:
    """Write as Zendesk does: 2026-07-01T08:14:09Z."""
    return as_datetime(us).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_millis(us: int) -> str:
    """Write as HubSpot and X do: 2026-07-01T08:20:11.402Z."""
    return as_datetime(us).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def weekday(us: int) -> int:
    """Give 0 for Monday to 6 for Sunday; a holiday is lived like a Sunday."""
    return _weekday_of(us // DAY)


@lru_cache(maxsize=1024)
def _weekday_of(number: int) -> int:
    day = EPOCH.date() + timedelta(days=number)
    return SUNDAY if (day.month, day.day) in HOLIDAYS else day.weekday()


def hour_of(us: int) -> int:
    """Give the hour of the day."""
    return us % DAY // HOUR
