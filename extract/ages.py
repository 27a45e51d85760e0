"""How old own posts are when their counters are read: the same for every network."""

from __future__ import annotations

from extract.source import DAY, Window

AGES = (1, 3, 7)  # in days


def days_due(window: Window) -> list[Window]:
    """Return the days whose posts are as old as that on the window's last day, newest first."""
    last = window.days()[-1]
    return [Window(last.start - DAY * age, last.end - DAY * age) for age in AGES]
