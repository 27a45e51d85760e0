"""The fields of Zendesk Talk's records that staging reads; one that differs lands with an error."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Call(Struct):
    """A call; durations are whole seconds, the charge is text."""

    id: int
    ticket_id: int | None
    agent_id: int | None
    direction: str
    completion_status: str
    created_at: datetime
    updated_at: datetime
    callback: bool
    voicemail: bool
    ivr_time_spent: int | None
    wait_time: int | None
    time_to_answer: int | None
    talk_time: int | None
    hold_time: int | None
    wrap_up_time: int | None
    duration: int | None
    exceeded_queue_time: bool | None
    call_charge: str | None


class Leg(Struct):
    """One party's part of a call."""

    id: int
    call_id: int
    agent_id: int | None
    user_id: int | None
    type: str
    completion_status: str | None
    talk_time: int | None
    hold_time: int | None
    wrap_up_time: int | None
    duration: int | None
    created_at: datetime
    updated_at: datetime


class Activity(Struct):
    """What an agent did since midnight of the account's time zone; times are whole seconds."""

    agent_id: int
    name: str | None
    calls_accepted: int | None
    calls_denied: int | None
    calls_missed: int | None
    online_time: int | None
    available_time: int | None
    away_time: int | None
    total_call_duration: int | None
    total_talk_time: int | None
    total_hold_time: int | None
    total_wrap_up_time: int | None
    average_talk_time: int | None
