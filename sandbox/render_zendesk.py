"""Zendesk Support's records: tickets with their metric set, and satisfaction ratings.

Minutes are whole, as the vendor's metric set has them. `solved_at` is empty while a ticket is
reopened. Business minutes count Monday to Saturday, 7 to 19 o'clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.books import Record
from sandbox.desk import spoken
from sandbox.desk_hours import working_us
from sandbox.moments import MINUTE, iso_seconds
from sandbox.render_talk import COMPANY_NUMBER

if TYPE_CHECKING:
    from sandbox.tickets import Ticket

REASON_FIELD = 4_410_012
SITE = "https://northwind.zendesk.com/api/v2"


def source_of(ticket: Ticket) -> dict[str, object]:
    """Tell where a ticket came from, as `via.source` does."""
    if ticket.from_phone is not None:
        shown = spoken(ticket.from_phone)
        sender = {
            "phone": ticket.from_phone,
            "formatted_phone": shown,
            "name": f"Caller {shown}",
        }
        receiver = {
            "phone": COMPANY_NUMBER,
            "name": "Northwind NL",
        }
        rel = "voicemail" if ticket.is_voicemail else "inbound"
        return {"from": sender, "to": receiver, "rel": rel}
    if ticket.channel == "email":
        receiver = {"name": "Northwind", "address": "support@northwind.example"}
        return {"from": {"address": ticket.email}, "to": receiver, "rel": None}
    return {"from": {}, "to": {}, "rel": None}


def ticket_record(ticket: Ticket) -> Record:
    """Show a ticket as it stands, its metric set beside it."""
    is_deleted = ticket.status == "deleted"
    text = "SCRUBBED" if is_deleted else ticket.subject
    source = {"from": {}, "to": {}, "rel": None} if is_deleted else source_of(ticket)
    fields = [
        {"id": REASON_FIELD, "value": ticket.reason},
        {"id": REASON_FIELD + 1, "value": None},
    ]
    return {
        "id": ticket.ticket_id,
        "url": f"{SITE}/tickets/{ticket.ticket_id}.json",
        "external_id": None,
        "via": {"channel": ticket.channel, "source": source},
        "created_at": iso_seconds(ticket.created_us),
        "updated_at": iso_seconds(ticket.updated_us),
        "generated_timestamp": ticket.generated_us // 1_000_000,
        "type": None if is_deleted else "incident" if ticket.reason == "outage" else "question",
        "subject": text,
        "raw_subject": text,
        "description": "SCRUBBED" if is_deleted else ticket.description,
        "priority": None if is_deleted else ticket.priority,
        "status": ticket.status,
        "recipient": "support@northwind.example" if ticket.channel == "email" else None,
        "requester_id": ticket.requester_id,
        "submitter_id": ticket.submitter_id,
        "assignee_id": None if is_deleted else ticket.assignee_id,
        "organization_id": None if is_deleted else ticket.organization_id,
        "group_id": None if is_deleted else ticket.group_id,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": True,
        "due_at": None,
        "tags": [] if is_deleted else [ticket.reason],
        "custom_fields": [] if is_deleted else fields,
        "satisfaction_rating": {"score": "unoffered"} if is_deleted else dict(ticket.rating),
        "sharing_agreement_ids": [],
        "custom_status_id": None if is_deleted else 7_711,
        "ticket_form_id": None if is_deleted else 55_001,
        "brand_id": 31_001,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
        "metric_set": metric_set(ticket),
    }


def _optional(us: int | None) -> str | None:
    return None if us is None else iso_seconds(us)


def _minutes(begins: int, ends: int | None) -> Record:
    if ends is None:
        return {"calendar": None, "business": None}
    return {"calendar": (ends - begins) // MINUTE, "business": working_us(begins, ends) // MINUTE}


def metric_set(ticket: Ticket) -> Record:
    """Show the vendor's own measures of a ticket."""
    created = ticket.created_us
    return {
        "id": ticket.ticket_id + 9_000_000,
        "url": f"{SITE}/ticket_metrics/{ticket.ticket_id + 9_000_000}.json",
        "ticket_id": ticket.ticket_id,
        "created_at": iso_seconds(created),
        "updated_at": iso_seconds(ticket.generated_us),
        "group_stations": 1,
        "assignee_stations": 0 if ticket.assignee_id is None else 1,
        "reopens": ticket.reopens,
        "replies": ticket.replies,
        "assignee_updated_at": _optional(ticket.assigned_us),
        "requester_updated_at": iso_seconds(created),
        "status_updated_at": iso_seconds(ticket.status_us),
        "initially_assigned_at": _optional(ticket.assigned_us),
        "assigned_at": _optional(ticket.assigned_us),
        "solved_at": _optional(ticket.solved_us),
        "latest_comment_added_at": iso_seconds(ticket.status_us),
        "reply_time_in_minutes": _minutes(created, ticket.first_reply_us),
        "first_resolution_time_in_minutes": _minutes(created, ticket.first_solved_us),
        "full_resolution_time_in_minutes": _minutes(created, ticket.solved_us),
        "agent_wait_time_in_minutes": _minutes(created, ticket.solved_us),
        "requester_wait_time_in_minutes": _minutes(created, ticket.first_reply_us),
        "on_hold_time_in_minutes": {"calendar": 0, "business": 0},
    }


def rating_record(
    key: int,
    ticket: Ticket,
    score: str,
    comment: str | None,
    created_us: int,
    *,
    updated_us: int,
) -> Record:
    """Show a satisfaction rating: offered, good or bad."""
    return {
        "id": key,
        "url": f"{SITE}/satisfaction_ratings/{key}.json",
        "ticket_id": ticket.ticket_id,
        "requester_id": ticket.requester_id,
        "assignee_id": ticket.assignee_id,
        "group_id": ticket.group_id,
        "score": score,
        "comment": comment,
        "reason": None,
        "reason_id": None,
        "reason_code": None,
        "created_at": iso_seconds(created_us),
        "updated_at": iso_seconds(updated_us),
    }
