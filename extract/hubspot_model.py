"""The fields of HubSpot's records that staging reads, and the pages they come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import decode, encode

Text = str | None  # every property is text or null; one that the portal lacks is left out


class ContactProperties(Struct):
    """What is asked of a contact."""

    lastmodifieddate: datetime
    createdate: datetime | None = None
    email: Text = None
    firstname: Text = None
    lastname: Text = None
    phone: Text = None
    customer_number: Text = None
    ga_client_id: Text = None
    twitterhandle: Text = None
    lifecyclestage: Text = None
    hs_merged_object_ids: Text = None


class DealProperties(Struct):
    """What is asked of a deal; `closedate` may be empty text."""

    hs_lastmodifieddate: datetime
    createdate: datetime | None = None
    dealname: Text = None
    amount: Text = None
    dealstage: Text = None
    pipeline: Text = None
    closedate: Text = None
    hubspot_owner_id: Text = None


class FeedbackProperties(Struct):
    """What is asked of an answer to a survey."""

    hs_lastmodifieddate: datetime
    hs_createdate: datetime | None = None
    hs_submission_timestamp: Text = None
    hs_survey_type: Text = None
    hs_survey_name: Text = None
    hs_survey_channel: Text = None
    hs_value: Text = None
    hs_response_group: Text = None
    hs_sentiment: Text = None
    hs_content: Text = None


class Contact(Struct):
    """A contact, or the tombstone of one."""

    id: str
    properties: ContactProperties
    archived: bool
    archivedAt: datetime | None = None  # noqa: N815  (the vendor's name)


class Deal(Struct):
    """A deal, or the tombstone of one."""

    id: str
    properties: DealProperties
    archived: bool
    archivedAt: datetime | None = None  # noqa: N815


class Feedback(Struct):
    """An answer to a survey."""

    id: str
    properties: FeedbackProperties
    archived: bool


class Owner(Struct, rename="camel"):
    """An employee to whom records belong."""

    id: str
    email: Text
    first_name: Text = None
    last_name: Text = None


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
        return None if done else int(decode(self.results[-1], type=Mark).id)


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


class MergeProperties(Struct):
    """What tells of a merge."""

    lastmodifieddate: str
    hs_merged_object_ids: Text = None


class Merge(Struct, rename="camel"):
    """A contact, as far as it tells of those that were merged into it."""

    id: str
    properties: MergeProperties
    created_at: str
    updated_at: str

    def tombstones(self) -> list[Raw]:
        """Return a record for each contact that went into this one, at the winner's moments."""
        losers = (self.properties.hs_merged_object_ids or "").split(";")
        moment = self.properties.lastmodifieddate
        return [
            Raw(
                encode(
                    {
                        "id": loser,
                        "properties": {"hs_object_id": loser, "lastmodifieddate": moment},
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
