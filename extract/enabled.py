"""Parts of a source that an account may lack: when a refusal means that, and when it cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from extract.errors import CredentialsRefused, RequestRefused
from extract.source import Batch

if TYPE_CHECKING:
    from extract.lake import Manifest

NOT_ENABLED = "not enabled"


def if_enabled(batches: Iterator[Batch], statuses: Collection[int]) -> Iterator[Batch]:
    """Pass batches on; where the first request is refused so, leave a note instead.

    The first batch must be what the first request brought, and that one must go to the endpoint
    that an account may lack: whoever asks anything else first or in between does so outside.
    """
    try:
        first = next(batches, None)
    except (RequestRefused, CredentialsRefused) as refused:
        if refused.http_status not in statuses:
            raise
        yield Batch(note=f"{NOT_ENABLED}: status {refused.http_status}")
        return
    if first is not None:
        yield first
        yield from batches


def unless_lost(
    batches: Iterable[Batch], place: str, earlier: Iterable[Manifest]
) -> Iterator[Batch]:
    """Pass batches on; refuse that a part is not enabled when accepted files hold rows of it.

    `earlier` is newest first. A file that says itself that the part is not enabled was accepted as
    such, so the newest file that says this or holds rows decides.
    """
    for batch in batches:
        if batch.note.startswith(NOT_ENABLED):
            _compare(place, batch.note, earlier)
        yield batch


def _compare(place: str, note: str, earlier: Iterable[Manifest]) -> None:
    for one in earlier:
        if any(part.startswith(NOT_ENABLED) for part in one.note.split("; ")):
            return
        if one.rows:
            raise CredentialsRefused(
                f"{place}: {note}, but the file of {one.window_name} holds {one.rows:,} rows",
                "a part that was read before has more often lost its permission than been given "
                "up, and an empty file would pass for a day without records",
                "check token, scopes and settings of this source; rerun with --accept-shrink if "
                "the part was given up",
            )
