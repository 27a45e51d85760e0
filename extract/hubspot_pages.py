"""The pages that HubSpot answers in, and what is read of a record before it lands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Raw, Struct, ValidationError, field
from msgspec.json import decode, encode

from extract.errors import MissingKey

Text = str | None


class Next(Struct):
    """Where a list goes on."""

    after: str


class Paging(Struct):
    """Whether a list goes on."""

    next: Next | None = None


class Listed(Struct):
    """A page of a list."""

    results: list[Raw]
    paging: Paging | None = None

    def following(self) -> str | None:
        """Return where the next page begins."""
        return self.paging.next.after if self.paging and self.paging.next else None


class Found(Struct):
    """A page of a search; `total` counts the rows from here on."""

    total: int
    results: list[Raw]

    def last_id(self) -> int | None:
        """Return the key behind which the next page begins, None when this one is the last."""
        done = not self.results or len(self.results) >= self.total
        if done:
            return None
        try:
            return int(decode(self.results[-1], type=Mark).id)
        except (TypeError, ValueError, ValidationError):
            raise MissingKey(
                "hubspot: the last row of a page that is not the last has no usable id",
                "the next page begins behind it, so the rest of the window cannot be asked for",
                "compare an answer of the search with the connector's model; the vendor changed it",
            ) from None


class Mark(Struct):
    """Whose record it is; of whatever type, since the landing judges that."""

    id: Any = None


class Target(Struct, rename="camel"):
    """One end of an association; older answers hold a number."""

    to_object_id: str | int


class Linked(Struct):
    """What one object is associated with; more than fits comes on a further page."""

    from_: Mark = field(name="from")
    to: list[Target] = []
    paging: Paging | None = None


class Problem(Struct, rename="camel"):
    """Why an object of a batch has no answer."""

    sub_category: str | None = None


class Links(Struct):
    """An answer to a batch read of associations; objects without any are told as problems."""

    results: list[Linked]
    errors: list[Problem] = []


class Archived(Struct, rename="camel"):
    """When an archived record was archived."""

    archived_at: datetime


class ReachedProperties(Struct):
    """How to reach a contact; the landing judges the moment."""

    email: Text = None
    lastmodifieddate: Any = None


class Reached(Struct):
    """A contact, as far as its consent is asked for."""

    properties: ReachedProperties
    id: Any = None


class Addressed(Struct, rename="camel"):
    """Of which address an answer tells."""

    subscriber_id_string: Any = None


class Merge(Struct, rename="camel"):
    """A record, as far as it tells of those that were merged into it."""

    id: str
    properties: dict[str, Any]
    created_at: str
    updated_at: str

    def tombstones(self, cursor: str) -> list[Raw]:
        """Return a record for each one that went into this one, at the winner's moments."""
        losers = str(self.properties.get("hs_merged_object_ids") or "").split(";")
        moment = self.properties.get(cursor)
        return [
            Raw(
                encode(
                    {
                        "id": loser,
                        "properties": {"hs_object_id": loser, cursor: moment},
                        "createdAt": self.created_at,
                        "updatedAt": self.updated_at,
                        "archived": True,
                        "archivedAt": moment,
                        "mergedInto": self.id,
                    }
                )
            )
            for loser in losers
            if loser.isdigit()
        ]
