"""One thing that is wrong now, as any of the watch's looks sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong now."""

    kind: str
    subject: str
    what: str
    since: datetime | None
    streams: tuple[str, ...] = ()
    repeat: tuple[str, ...] = ("cxw run",)
    about: tuple[str, ...] = ()  # where it is something else than the streams
    makes_stale: bool = True  # without streams: every mart grows old

    @property
    def subjects(self) -> tuple[str, ...]:
        """Say what it is about, in the words that alerts of runs use, too."""
        return self.about or self.streams or (self.subject,)
