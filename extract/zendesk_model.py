"""The fields of Zendesk Support's records that staging reads; others land with an error."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct, field


class Caller(Struct):
    """Who a ticket came from."""

    phone: str | None = None


class Origin(Struct):
    """Where a ticket came from."""

    from_: Caller | None = field(name="from", default=None)


class Via(Struct):
    """How a ticket came in."""

    channel: str | None
    source: Origin | None = None


class CustomField(Struct):
    """A field of our own; its value may be of any type."""

    id: int
    value: Any = None


class Satisfaction(Struct):
    """The rating shown on the ticket."""

    score: str | None = None


class Minutes(Struct):
    """A duration."""

    calendar: int | None = None


class MetricSet(Struct):
    """The vendor's own measures of a ticket."""

    reply_time_in_minutes: Minutes
    replies: int | None
    reopens: int | None
    solved_at: datetime | None


class Ticket(Struct):
    """A ticket of the cursor export, with its metric set."""

    id: int
    via: Via
    created_at: datetime
    updated_at: datetime
    generated_timestamp: int
    type: str | None
    subject: str | None
    description: str | None
    priority: str | None
    status: str
    requester_id: int | None
    assignee_id: int | None
    organization_id: int | None
    group_id: int | None
    custom_fields: list[CustomField]
    satisfaction_rating: Satisfaction | None = None
    metric_set: MetricSet | None = None


class User(Struct):
    """An end user, agent or administrator."""

    id: int
    name: str | None
    email: str | None
    phone: str | None
    role: str
    external_id: str | None
    organization_id: int | None
    suspended: bool
    created_at: datetime
    updated_at: datetime


class Organization(Struct):
    """A customer that is a company; a deleted one says since when."""

    id: int
    name: str | None
    external_id: str | None
    domain_names: list[str]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


class Policy(Struct):
    """The agreement that sets a target; the id of one between groups is text."""

    id: int | str | None
    title: str | None = None


class Target(Struct):
    """How long a metric's clock may run, in minutes."""

    target: int | None
    business_hours: bool | None
    policy: Policy | None


class Spent(Struct):
    """How long a metric's clock ran, in minutes."""

    calendar: int | None
    business: int | None


class MetricEvent(Struct):
    """Something that happened to the clock of one metric of a ticket."""

    id: int
    ticket_id: int
    metric: str
    instance_id: int
    type: str
    time: datetime
    deleted: bool = False
    sla: Target | None = None
    status: Spent | None = None


class Rating(Struct):
    """A satisfaction rating of a ticket (legacy CSAT)."""

    id: int
    ticket_id: int | None
    requester_id: int | None
    score: str
    comment: str | None
    reason: str | None
    created_at: datetime
    updated_at: datetime


class Subject(Struct):
    """What a survey was about."""

    id: str
    type: str


class Answer(Struct):
    """An answer to one question: a rating, a text, or nothing."""

    type: str
    created_at: datetime
    updated_at: datetime
    rating: int | None = None
    rating_category: str | None = None
    value: str | None = None


class Survey(Struct):
    """Which survey was answered."""

    id: str
    version: int | None = None


class SurveyResponse(Struct):
    """A response to a survey (newer CSAT); `changed_at` is put in by the connector."""

    id: str
    responder_id: int | None
    subjects: list[Subject]
    survey: Survey
    answers: list[Answer]
    changed_at: datetime
