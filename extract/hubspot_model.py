"""The fields of HubSpot's records that staging reads."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

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
    hs_merged_object_ids: Text = None


class CompanyProperties(Struct):
    """What is asked of a company."""

    hs_lastmodifieddate: datetime
    createdate: datetime | None = None
    name: Text = None
    domain: Text = None
    industry: Text = None
    city: Text = None
    country: Text = None
    numberofemployees: Text = None
    annualrevenue: Text = None
    lifecyclestage: Text = None
    hubspot_owner_id: Text = None
    hs_merged_object_ids: Text = None


class TicketProperties(Struct):
    """What is asked of a ticket; `closed_date` is empty while it is open."""

    hs_lastmodifieddate: datetime
    createdate: datetime | None = None
    closed_date: Text = None
    subject: Text = None
    content: Text = None
    hs_pipeline: Text = None
    hs_pipeline_stage: Text = None
    hs_ticket_priority: Text = None
    hs_ticket_category: Text = None
    source_type: Text = None
    hubspot_owner_id: Text = None
    hs_merged_object_ids: Text = None


class LineItemProperties(Struct):
    """What is asked of a line item; `amount` is what it adds to its deal."""

    hs_lastmodifieddate: datetime
    createdate: datetime | None = None
    name: Text = None
    hs_product_id: Text = None
    hs_sku: Text = None
    quantity: Text = None
    price: Text = None
    amount: Text = None
    hs_line_item_currency_code: Text = None
    recurringbillingfrequency: Text = None


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


class Company(Struct):
    """A company, or the tombstone of one."""

    id: str
    properties: CompanyProperties
    archived: bool
    archivedAt: datetime | None = None  # noqa: N815


class Ticket(Struct):
    """A ticket of the CRM, or the tombstone of one."""

    id: str
    properties: TicketProperties
    archived: bool
    archivedAt: datetime | None = None  # noqa: N815


class LineItem(Struct):
    """What a deal is made of, or the tombstone of it."""

    id: str
    properties: LineItemProperties
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


class ContactId(Struct):
    """A contact that exists, and nothing more of it."""

    id: str
    archived: bool


class StageMetadata(Struct, rename="camel"):
    """What a stage stands for; all values are text."""

    probability: Text = None
    is_closed: Text = None
    ticket_state: Text = None


class Stage(Struct, rename="camel"):
    """One step of a pipeline."""

    id: str
    label: str
    display_order: int
    metadata: StageMetadata
    archived: bool = False


class Pipeline(Struct):
    """The way of deals or tickets; `objectType` is put in."""

    id: str
    label: str
    objectType: str  # noqa: N815
    stages: list[Stage]


class Consent(Struct, rename="camel"):
    """What a contact has said of one kind of messages."""

    subscription_id: int
    status: str
    subscription_name: Text = None
    channel: Text = None
    source: Text = None
    timestamp: datetime | None = None
    business_unit_id: int | None = None
    legal_basis: Text = None
    legal_basis_explanation: Text = None


class SubscriberProperties(Struct):
    """When the contact had changed."""

    lastmodifieddate: datetime


class Subscriptions(Struct):
    """All that an address has said; the contact's id and last change are put in."""

    id: str
    properties: SubscriberProperties
    subscriberIdString: str  # noqa: N815
    statuses: list[Consent]
