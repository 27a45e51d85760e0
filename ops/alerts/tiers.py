"""Tiers: which channels an alert goes to and at which hours, read from `alerting.toml`."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ops.settings import ConfigurationError

log = logging.getLogger("cxw.alerts")
FILE = Path(__file__).with_name("alerting.toml")
CHANNELS = ("pagerduty", "slack", "email", "webhook")
NAMES = ("page", "ticket", "notice")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEAST_DAYS = 31  # an alert says how often the same was told in the last 30
FIELDS = {"to", "instead", "days", "hours", "closing"}


@dataclass(frozen=True, slots=True)
class Tier:
    """What follows from an alert's severity."""

    to: tuple[str, ...]
    instead: tuple[str, ...]
    days: frozenset[int]  # Monday is 0
    begin: str
    end: str  # the same day; 24:00 is its end
    closing: bool
    zone: ZoneInfo

    def open(self, now: datetime) -> bool:
        """Say whether its channels may be used now."""
        here = now.astimezone(self.zone)
        return here.weekday() in self.days and self.begin <= f"{here:%H:%M}" < self.end


@dataclass(frozen=True, slots=True)
class Alerting:
    """The whole file: tiers, hour of the inventory, links, limits of the watch, what is kept."""

    tiers: Mapping[str, Tier]
    inventory_hour: int
    zone: ZoneInfo
    links: Mapping[str, str]
    watch: Mapping[str, float]
    closed_days: int | None = None  # None: closed alerts stay


def usable(path: Path = FILE) -> Alerting:
    """Return what the file says; when it is broken every channel at every hour: alerts must go."""
    try:
        return load(path)
    except ConfigurationError:
        log.exception("alerts go to every channel")
        zone = ZoneInfo("UTC")
        every = Tier(CHANNELS, (), frozenset(range(7)), "00:00", "24:00", True, zone)
        return Alerting(dict.fromkeys(NAMES, every), 7, zone, {"project": "", "airflow": ""}, {})


@cache
def load(path: Path = FILE) -> Alerting:
    """Read the file; what it does not say plainly is refused."""
    try:
        told = tomllib.loads(path.read_text())
        zone = ZoneInfo(told["time_zone"])
        tiers = {name: _tier(name, told["tier"][name], zone) for name in NAMES}
        hour = int(told["inventory"]["hour"])
        links = {name: str(told["links"][name]).rstrip("/") for name in ("project", "airflow")}
        days = int(told["kept"]["closed_days"])
        if days < LEAST_DAYS:
            raise ValueError(f"kept.closed_days = {days}, below {LEAST_DAYS}")
        return Alerting(tiers, hour, zone, links, dict(told["watch"]), days)
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{path.name} cannot be used ({type(error).__name__}: {error})",
            "nobody knows then who is to be told of what",
            "correct it; its head says what each field means",
        ) from None


def _tier(name: str, told: Mapping[str, Any], zone: ZoneInfo) -> Tier:
    channels = (*told["to"], *told["instead"])
    strange = sorted({*channels} - {*CHANNELS}) + sorted({*told} ^ FIELDS)
    if strange or not told["to"]:
        raise ValueError(f"tier.{name}: {', '.join(strange) or 'nobody in `to`'}")
    first, last = (DAYS.index(day) for day in told["days"].split("-"))
    begin, end = told["hours"].split("-")
    if first > last or not "00:00" <= begin < end <= "24:00":
        raise ValueError(f"tier.{name}: days or hours end before they begin")
    days = frozenset(range(first, last + 1))
    closing = bool(told["closing"])
    return Tier(tuple(told["to"]), tuple(told["instead"]), days, begin, end, closing, zone)
