"""Where a record says whose it is, for whoever must find a person again, or forget one.

A path leads to an identifier of a kind. A record that states a person's identifier at a path of
`OF_PERSON` is that person's; one of several in a list is only named in it. `OWN_KEY` says by which
kind other streams point at a record: what hangs on a person's ticket is the person's, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

PHONE_DIGITS = 9  # the last ones: the same number with and without its country
_CONTACTS = "associations.contacts.results.id"
_POST = {"author_id": "x_user_id", "author.id": "x_user_id", "author.username": "x_username"}

OF_PERSON: Mapping[str, Mapping[str, str]] = {
    "zendesk.tickets": {
        "id": "zendesk_ticket_id",
        "requester_id": "zendesk_user_id",
        "via.source.from.phone": "phone",
    },
    "zendesk.ticket_metric_events": {"ticket_id": "zendesk_ticket_id"},
    "zendesk.users": {
        "id": "zendesk_user_id",
        "email": "email",
        "phone": "phone",
        "external_id": "customer_number",
    },
    "zendesk.calls": {"id": "zendesk_call_id", "ticket_id": "zendesk_ticket_id"},
    "zendesk.legs": {"call_id": "zendesk_call_id", "user_id": "zendesk_user_id"},
    "zendesk.satisfaction_ratings": {
        "requester_id": "zendesk_user_id",
        "ticket_id": "zendesk_ticket_id",
    },
    "zendesk.survey_responses": {
        "responder_id": "zendesk_user_id",
        "subjects.id": "zendesk_ticket_id",
    },
    "hubspot.contacts": {
        "id": "crm_contact_id",
        "properties.email": "email",
        "properties.phone": "phone",
        "properties.customer_number": "customer_number",
        "properties.ga_client_id": "web_client_id",
        "properties.twitterhandle": "x_username",
        "properties.hs_merged_object_ids": "crm_contact_id",
    },
    "hubspot.contacts_ids": {"id": "crm_contact_id"},
    "hubspot.subscriptions": {"id": "crm_contact_id", "subscriberIdString": "email"},
    "hubspot.deals": {"id": "hubspot_deal_id", _CONTACTS: "crm_contact_id"},
    "hubspot.line_items": {"associations.deals.results.id": "hubspot_deal_id"},
    "hubspot.tickets": {"id": "hubspot_ticket_id", _CONTACTS: "crm_contact_id"},
    "hubspot.feedback_submissions": {_CONTACTS: "crm_contact_id"},
    "ga4.events": {"user_pseudo_id": "web_client_id", "user_id": "customer_number"},
    "x.search_posts": {"id": "x_post_id", **_POST},
    "x.mentions": {"id": "x_post_id", **_POST},
    "x.compliance": {"id": "x_post_id"},
    "bluesky.search_posts": {"author.did": "bluesky_did", "author.handle": "bluesky_handle"},
    "facebook.comments": {"from.id": "facebook_user_id"},
    "facebook.ratings": {"reviewer.id": "facebook_user_id"},
    "typeform.responses": {
        "response_id": "typeform_response_id",
        "hidden.customer_id": "customer_number",
        "hidden.email": "email",
        "answers.email": "email",
    },
    "typeform.responses_ids": {"response_id": "typeform_response_id"},
    "servicenow.incident": {"sys_id": "servicenow_task_id", "caller_id": "servicenow_user_id"},
    "servicenow.sc_req_item": {
        "sys_id": "servicenow_task_id",
        "requested_for": "servicenow_user_id",
    },
    "servicenow.task_sla": {"task": "servicenow_task_id"},
    "servicenow.sys_audit_delete": {"documentkey": "servicenow_task_id"},
}
# Of a table of a team's own: which system an interaction is of stands in the record.
AUDITED = {("zendesk", "call"): "zendesk_call_id", ("zendesk", "ticket"): "zendesk_ticket_id"}
_MENTIONED = {"entities.mentions.id": "x_user_id", "entities.mentions.username": "x_username"}
NAMED: Mapping[str, Mapping[str, str]] = {  # the record is another's, or nobody's
    "hubspot.companies": {_CONTACTS: "crm_contact_id"},
    "x.own_posts": _MENTIONED,
    "x.search_posts": _MENTIONED,
    "x.mentions": _MENTIONED,
}
OWN_KEY: Mapping[str, str] = {
    "zendesk.tickets": "zendesk_ticket_id",
    "zendesk.calls": "zendesk_call_id",
    "hubspot.deals": "hubspot_deal_id",
    "hubspot.tickets": "hubspot_ticket_id",
    "x.search_posts": "x_post_id",
    "x.mentions": "x_post_id",
    "typeform.responses": "typeform_response_id",
    "servicenow.incident": "servicenow_task_id",
    "servicenow.sc_req_item": "servicenow_task_id",
}
# Records that describe a person: every identifier in them is that person's.
PROFILES = (
    *("hubspot.contacts", "hubspot.subscriptions", "zendesk.users"),
    *("x.search_posts", "x.mentions", "bluesky.search_posts"),
)
ANCHORS = {  # the kind of a record's id, in keys like hubspot:50101
    "hubspot": "crm_contact_id",
    "zendesk": "zendesk_user_id",
    "x": "x_user_id",
    "bluesky": "bluesky_did",
}
KINDS = tuple(
    dict.fromkeys(
        kind for places in (*OF_PERSON.values(), *NAMED.values()) for kind in places.values()
    )
)


def normalised(kind: str, value: object) -> str | None:
    """Return an identifier in the one form of its kind; None when it tells nobody apart."""
    text = str(value).strip()
    if kind == "phone":
        digits = re.sub("[^0-9]", "", text)
        return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS else None
    if kind in ("x_username", "bluesky_handle"):
        return text.removeprefix("@").lower() or None
    if kind == "email":
        return text.lower() if "@" in text[1:-1] else None
    return text or None


def stated(stream: str, record: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield path, kind and values of every identifier that says whose a record is."""
    for path, kind in places(stream, record).items():
        found = [
            value
            for text in values_at(record, path)
            for part in str(text).split(";")
            if (value := normalised(kind, part))
        ]
        if found:
            yield path, kind, found


def places(stream: str, record: Mapping[str, Any]) -> Mapping[str, str]:
    """Return path and kind of what says whose a record of the stream is."""
    audited = AUDITED.get((str(record.get("system")), str(record.get("interaction_type"))))
    if stream == "files.interaction_audits" and audited:
        return {"interaction_id": audited}
    return OF_PERSON.get(stream, {})


def values_at(node: Any, path: str) -> Iterator[str | int]:
    """Yield the texts and numbers that a dotted path leads to, through lists."""
    if isinstance(node, list):
        for one in node:
            yield from values_at(one, path)
    elif path and isinstance(node, Mapping):
        step, _, rest = path.partition(".")
        yield from values_at(node.get(step), rest)
    elif not path and isinstance(node, str | int) and not isinstance(node, bool) and node != "":
        yield node
