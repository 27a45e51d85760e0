"""HubSpot's records: every property a string or null, as the CRM API answers.

A merged contact's last version is archived too and names the winner under `mergedInto`: the
vendor's API shows such a record nowhere, not even in the archived list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.books import Record
from sandbox.moments import iso_millis

if TYPE_CHECKING:
    from sandbox.crm import Contact, Deal


def record_of(key: int, properties: Record, created: str, updated: str) -> Record:
    """Show a record of any kind, before it is archived."""
    return {
        "id": str(key),
        "properties": properties,
        "createdAt": created,
        "updatedAt": updated,
        "archived": False,
    }


def contact_record(contact: Contact) -> Record:
    """Show a contact as it stands."""
    created, updated = iso_millis(contact.created_us), iso_millis(contact.modified_us)
    record = record_of(
        contact.contact_id,
        {
            "associatedcompanyid": str(contact.company_id) if contact.company_id else None,
            "createdate": created,
            "customer_number": contact.customer_number,
            "email": contact.email,
            "firstname": contact.first,
            "ga_client_id": contact.ga_client_id,
            "hs_lead_status": contact.lead_status,
            "hs_merged_object_ids": ";".join(map(str, contact.merged)) or None,
            "hs_object_id": str(contact.contact_id),
            "lastmodifieddate": updated,
            "lastname": contact.last,
            "lifecyclestage": contact.label,
            "phone": contact.phone,
            "twitterhandle": contact.handle,
        },
        created,
        updated,
    )
    if contact.archived_us is not None:
        record["archived"] = True
        record["archivedAt"] = updated
        if contact.merged_into is not None:
            record["mergedInto"] = str(contact.merged_into)
    return record


def deal_record(deal: Deal, us: int) -> Record:
    """Show a deal as it stands."""
    created, updated = iso_millis(deal.created_us), iso_millis(us)
    record = record_of(
        deal.deal_id,
        {
            "amount": f"{deal.amount_cents // 100}.{deal.amount_cents % 100:02d}",
            "closedate": iso_millis(deal.close_us),
            "createdate": created,
            "dealname": deal.name,
            "dealstage": deal.stage,
            "hs_lastmodifieddate": updated,
            "hs_object_id": str(deal.deal_id),
            "hubspot_owner_id": str(deal.owner_id),
            "pipeline": "default",
        },
        created,
        updated,
    )
    record["associations"] = {
        "contacts": {"results": [{"id": str(deal.contact_id), "type": "deal_to_contact"}]}
    }
    return record


def owner_record(number: int, first: str, last: str, created_us: int) -> Record:
    """Show an owner."""
    created = iso_millis(created_us)
    return {
        "id": str(number),
        "email": f"{first}.{last}@northwind.example".lower(),
        "type": "PERSON",
        "firstName": first,
        "lastName": last,
        "userId": number + 44_000,
        "userIdIncludingInactive": number + 44_000,
        "createdAt": created,
        "updatedAt": created,
        "archived": False,
        "teams": [],
    }


SURVEYS = {
    "nps": ("NPS", "Quarterly NPS", "EMAIL"),
    "nps_again": ("NPS", "Asked again after a low mark", "EMAIL"),
    "csat": ("CSAT", "After-contact CSAT", "EMAIL"),
    "ces": ("CES", "Ticket effort", "WEB"),
    "fcr": ("CUSTOM", "Solved at first contact", "EMAIL"),
}
GROUPS = ("DETRACTOR", "PASSIVE", "PROMOTER")
SENTIMENTS = ("NEGATIVE", "NEUTRAL", "POSITIVE")


def response_group(metric: str, score: int) -> int:
    """Sort an answer as the vendor does: 0 detractor, 1 passive, 2 promoter."""
    if metric == "csat":
        return score
    if metric == "fcr":
        return 2 * score
    low, high = (7, 9) if metric == "nps" else (4, 6)
    return 0 if score < low else 1 if score < high else 2


def answer_record(
    key: int,
    metric: str,
    score: int,
    comment: str | None,
    *,
    belongs_to: tuple[int, int | None],
    times_us: tuple[int, int],
    survey: str | None = None,
) -> Record:
    """Show an answer of (contact, ticket) at (submission, last change).

    The vendor's sentiment of the comment comes with a later update. `survey` names another survey
    than the usual one of the metric.
    """
    contact_id, ticket_id = belongs_to
    submitted_us, updated_us = times_us
    kind, name, channel = SURVEYS[survey or metric]
    created, updated = iso_millis(submitted_us), iso_millis(updated_us)
    group = response_group(metric, score)
    is_rated = comment is not None and updated_us > submitted_us
    record = record_of(
        key,
        {
            "hs_content": comment,
            "hs_createdate": created,
            "hs_lastmodifieddate": updated,
            "hs_object_id": str(key),
            "hs_response_group": GROUPS[group],
            "hs_sentiment": SENTIMENTS[group] if is_rated else None,
            "hs_submission_timestamp": created,
            "hs_survey_channel": channel,
            "hs_survey_name": name,
            "hs_survey_type": kind,
            "hs_value": str(score),
        },
        created,
        updated,
    )
    contacts = [{"id": str(contact_id), "type": "feedback_submission_to_contact"}]
    record["associations"] = {"contacts": {"results": contacts}}
    if ticket_id is not None:
        tickets = [{"id": str(ticket_id), "type": "feedback_submission_to_ticket"}]
        record["associations"]["tickets"] = {"results": tickets}
    return record
