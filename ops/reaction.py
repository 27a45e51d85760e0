"""What follows from an error: for a task, whether to try again; for a command, its exit code."""

from __future__ import annotations

from enum import StrEnum

from extract.errors import (
    CredentialsRefused,
    CxwError,
    Defer,
    ImpossibleWindow,
    Refused,
    RequestRefused,
    SnapshotPast,
    UnknownSource,
)
from ops.settings import ConfigurationError


class Reaction(StrEnum):
    """The five things that can follow."""

    SKIP = "skip"  # there is nothing true to do: no failure
    DEFER = "defer"  # the same again, later
    USAGE = "usage"  # the caller or the configuration is wrong
    FINAL = "final"  # trying again changes nothing
    RETRY = "retry"  # it may pass


EXIT_CODES = {
    Reaction.SKIP: 0,
    Reaction.RETRY: 1,
    Reaction.FINAL: 1,
    Reaction.USAGE: 2,
    Reaction.DEFER: 75,
}
_BY_CLASS = {
    SnapshotPast: Reaction.SKIP,
    Defer: Reaction.DEFER,
    ConfigurationError: Reaction.USAGE,
    UnknownSource: Reaction.USAGE,
    ImpossibleWindow: Reaction.USAGE,
    Refused: Reaction.FINAL,
    CredentialsRefused: Reaction.FINAL,
    RequestRefused: Reaction.FINAL,
}
_REFUSED_BY_A_GATE = {"FileRefused", "MartsRefused", "NothingLanded", "NotPublishable"}


def reaction_to(error: BaseException) -> Reaction:
    """Return what follows; the nearest class in the error's ancestry decides."""
    for ancestor in type(error).__mro__:
        if ancestor in _BY_CLASS:
            return _BY_CLASS[ancestor]
        if ancestor.__name__ in _REFUSED_BY_A_GATE:
            return Reaction.FINAL
    return Reaction.RETRY


def deferral_seconds(error: BaseException) -> float:
    """Return how long the source asks to wait."""
    return error.seconds if isinstance(error, Defer) else 0.0


def clauses(error: BaseException) -> str:
    """Return the error as people read it: three clauses, or its kind when it is not ours."""
    return str(error) if isinstance(error, CxwError) else f"{type(error).__name__}: {error}"
