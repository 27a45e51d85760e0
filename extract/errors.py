"""What can go wrong while extracting, said in three clauses.

Every error carries what was seen, why it is refused and what to do next. None carries a token, a
query string or the content of a row, so an error may be logged, stored and mailed as it is.
"""

from typing import ClassVar


class CxwError(Exception):
    """Stand for every error that this project raises on purpose."""

    outcome: ClassVar[str] = "failed"

    def __init__(
        self, seen: str, why: str, next_step: str, *, http_status: int | None = None
    ) -> None:
        super().__init__(seen, why, next_step)
        self.seen = seen
        self.why = why
        self.next_step = next_step
        self.http_status = http_status

    def __str__(self) -> str:
        return f"{self.seen}; {self.why}; {self.next_step}"


class Defer(CxwError):
    """The source asks for a wait that is longer than a worker slot is worth."""

    outcome = "deferred"

    def __init__(
        self,
        seconds: float,
        seen: str,
        why: str = "that is longer than a worker should sleep",
        *,
        http_status: int | None = None,
    ) -> None:
        super().__init__(
            seen, why, f"run the same window again in {seconds:.0f} s", http_status=http_status
        )
        self.seconds = seconds


class SnapshotPast(CxwError):
    """A snapshot shows now; its interval has passed, so there is nothing true to land."""

    outcome = "skipped"


class Refused(CxwError):
    """The request makes no sense or would lose data: trying again changes nothing."""

    outcome = "refused"


class ImpossibleWindow(Refused):
    """The window is empty, reversed, without time zone, or not over yet."""


class UnknownSource(Refused):
    """No source or stream has that name."""


class InvalidDeclaration(Refused):
    """A stream of files is declared in a way that cannot be read."""


class BeyondHorizon(Refused):
    """The source no longer holds data as old as the window asks for."""


class ReadBudgetSpent(Refused):
    """Reading on would cost more than the budget allows."""


class MissingKey(Refused):
    """A record has no key or no cursor, so it cannot be told from others."""


class OutsideWindow(Refused):
    """The source was given an upper bound and answered with rows outside of it."""


class TruncatedFetch(Refused):
    """A full read holds far fewer rows than the last good one."""


class SchemaChanged(Refused):
    """A column that staging reads has another type or is gone."""


class CredentialsRefused(CxwError):
    """The source does not accept the credentials."""


class RequestRefused(CxwError):
    """The source refuses the request, and would again."""


class SourceUnavailable(CxwError):
    """The source did not answer properly in any of the tries."""


class UnreadableAnswer(SourceUnavailable):
    """The answer was cut short or was not what its type says."""


class EndlessPaging(CxwError):
    """The source names a next page that it has named before."""


class DiskFull(CxwError):
    """There is no room for the file; nothing became visible."""


class CorruptFile(CxwError):
    """A file of the lake cannot be read."""
