"""HubSpot's records beside contacts and deals: companies, items, tickets, consent, pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.books import Record
from sandbox.moments import iso_millis
from sandbox.render_hubspot import record_of

if TYPE_CHECKING:
    from sandbox.business import CrmTicket, Firm
    from sandbox.consents import Choice

DEAL_STAGES = (
    ("appointmentscheduled", "Appointment scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified to buy", "0.4"),
    ("presentationscheduled", "Presentation scheduled", "0.6"),
    ("closedwon", "Closed won", "1.0"),
    ("closedlost", "Closed lost", "0.0"),
)
TICKET_STAGES = (("1", "New"), ("2", "Waiting on contact"), ("3", "Waiting on us"), ("4", "Closed"))
SUBSCRIPTIONS = {
    10_041_001: "Newsletter",
    10_041_002: "Product news",
    10_041_003: "Survey invitations",
}


def linked(target: str, kind: str, keys: list[int]) -> Record:
    """Show what a record is associated with."""
    return {target: {"results": [{"id": str(key), "type": kind} for key in keys]}}


def gone(record: Record, updated: str, merged_into: int | None) -> Record:
    """Mark a record as archived, or as merged into another, which the API shows nowhere."""
    record |= {"archived": True, "archivedAt": updated}
    if merged_into is not None:
        record["mergedInto"] = str(merged_into)
    return record


def firm_record(firm: Firm) -> Record:
    """Show a company as it stands."""
    created, updated = iso_millis(firm.created_us), iso_millis(firm.modified_us)
    properties: Record = {
        "annualrevenue": str(firm.employees * 90_000),
        "city": firm.city,
        "country": "Netherlands",
        "createdate": created,
        "domain": firm.domain,
        "hs_lastmodifieddate": updated,
        "hs_merged_object_ids": ";".join(map(str, firm.merged)) or None,
        "hs_object_id": str(firm.firm_id),
        "hubspot_owner_id": str(firm.owner_id),
        "industry": firm.industry,
        "lifecyclestage": "customer" if firm.contacts else "lead",
        "name": firm.name,
        "num_associated_contacts": str(len(firm.contacts)),
        "numberofemployees": str(firm.employees),
    }
    record = record_of(firm.firm_id, properties, created, updated)
    record["associations"] = linked("contacts", "company_to_contact", firm.contacts)
    return gone(record, updated, firm.merged_into) if firm.is_gone else record


def ticket_record(ticket: CrmTicket) -> Record:
    """Show a ticket of the CRM as it stands."""
    created, updated = iso_millis(ticket.created_us), iso_millis(ticket.modified_us)
    properties: Record = {
        "closed_date": iso_millis(ticket.closed_us) if ticket.closed_us else None,
        "content": ticket.content,
        "createdate": created,
        "hs_lastmodifieddate": updated,
        "hs_merged_object_ids": ";".join(map(str, ticket.merged)) or None,
        "hs_object_id": str(ticket.ticket_id),
        "hs_pipeline": "0",
        "hs_pipeline_stage": ticket.stage,
        "hs_ticket_category": ticket.category,
        "hs_ticket_priority": ticket.priority,
        "hubspot_owner_id": str(ticket.owner_id),
        "source_type": ticket.source,
        "subject": ticket.subject,
    }
    record = record_of(ticket.ticket_id, properties, created, updated)
    record["associations"] = linked("contacts", "ticket_to_contact", [ticket.contact_id])
    return gone(record, updated, ticket.merged_into) if ticket.is_gone else record


def line_record(
    key: int, deal_id: int, product: tuple[str, str], quantity: int, cents: int, created_us: int,
    *, archived_us: int | None = None,
) -> Record:  # fmt: skip
    """Show so many pieces of a product (number, name), each at so many cents."""
    created, updated = iso_millis(created_us), iso_millis(archived_us or created_us)
    number, name = product
    properties: Record = {
        "amount": euros(quantity * cents),
        "createdate": created,
        "hs_lastmodifieddate": updated,
        "hs_line_item_currency_code": "EUR",
        "hs_object_id": str(key),
        "hs_product_id": number,
        "hs_sku": f"NW-{number[-3:]}",
        "name": name,
        "price": euros(cents),
        "quantity": str(quantity),
        "recurringbillingfrequency": "monthly" if quantity == 1 else None,
    }
    record = record_of(key, properties, created, updated)
    record["associations"] = linked("deals", "line_item_to_deal", [deal_id])
    return record if archived_us is None else gone(record, updated, None)


def euros(cents: int) -> str:
    """Write an amount as the CRM does."""
    return f"{cents // 100}.{cents % 100:02d}"


def consent_record(email: str, choices: dict[int, Choice], created_us: int) -> Record:
    """Show what an address has said; of what it never said, that it did not."""
    statuses = []
    for number, name in SUBSCRIPTIONS.items():
        choice = choices.get(number)
        status: Record = {
            "channel": "EMAIL",
            "subscriberIdString": email,
            "subscriptionId": number,
            "subscriptionName": name,
            "status": choice.status if choice else "NOT_SPECIFIED",
            "source": choice.source if choice else "Not specified",
            "timestamp": iso_millis(choice.us if choice else created_us),
        }
        if choice and choice.basis:
            status |= {"legalBasis": choice.basis, "legalBasisExplanation": choice.explanation}
        statuses.append(status)
    return {"subscriberIdString": email, "statuses": statuses}


def pipeline_records(created_us: int) -> dict[str, Record]:
    """Show the pipelines of deals and tickets, by the kind of object."""
    deals = [
        (key, label, {"isClosed": str(key.startswith("closed")).lower(), "probability": chance})
        for key, label, chance in DEAL_STAGES
    ]
    tickets = [
        (key, label, {"isClosed": str(key == "4").lower(),
                      "ticketState": "CLOSED" if key == "4" else "OPEN"})
        for key, label in TICKET_STAGES
    ]  # fmt: skip
    return {
        "deals": _pipeline("default", "Sales pipeline", deals, created_us),
        "tickets": _pipeline("0", "Support pipeline", tickets, created_us),
    }


def _pipeline(
    key: str, label: str, stages: list[tuple[str, str, dict[str, str]]], created_us: int
) -> Record:
    dates = {"createdAt": iso_millis(created_us), "updatedAt": iso_millis(created_us)}
    return {
        "id": key,
        "label": label,
        "displayOrder": 0,
        "stages": [
            {
                "id": stage,
                "label": name,
                "displayOrder": order,
                "metadata": metadata,
                **dates,
                "archived": False,
                "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            }
            for order, (stage, name, metadata) in enumerate(stages)
        ],
        **dates,
        "archived": False,
    }
