"""What the gates raise: three clauses, like every error of this project."""

from extract.errors import CxwError


class FileRefused(CxwError):
    """A landed file is not fit for staging; it lies in refused/ with its reasons."""

    outcome = "refused"


class MartsRefused(CxwError):
    """A build is not fit for BI; the last release stays."""

    outcome = "refused"


class NothingLanded(CxwError):
    """No file of that interval waits for the gate, and none was accepted."""


class UndecidableRow(CxwError):
    """A decision names no row that is held, or says not who decided and why."""


class UnknownCheck(CxwError):
    """No check of that name can be accepted by hand."""
