"""Zendesk Talk's records: one row a call, one a leg, and the shifts behind its agents' activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.books import Record
from sandbox.desk import GROUPS
from sandbox.moments import MINUTE, SECOND, iso_seconds

if TYPE_CHECKING:
    from sandbox.calls import Call
    from sandbox.company import Company

COMPANY_NUMBER = "+31205550100"
GROUP_OF = {"billing": 0, "price": 0, "outage": 2, "how_to": 2}


def write_shifts(company: Company) -> None:
    """Write when each agent of the day is signed in, and when at rest."""
    for agent in company.switchboard.agents:
        key = f"{agent.agent_id}.{iso_seconds(company.today_us)[:10]}"
        record: Record = {
            "id": key,
            "agent_id": agent.agent_id,
            "begins_at": iso_seconds(agent.begins_us),
            "ends_at": iso_seconds(agent.ends_us),
            "rests_at": iso_seconds(agent.break_us),
            "returns_at": iso_seconds(agent.break_us + 30 * MINUTE),
        }
        company.books.emit("zendesk.shifts", company.today_us, key, record)


def _charge(call: Call) -> str | None:
    if call.charge_cents is None:
        return None
    return f"{call.charge_cents // 100}.{call.charge_cents % 100:02d}00"


def _ivr(call: Call) -> Record:
    is_inbound = call.direction == "inbound"
    action = None
    if is_inbound:
        is_queue = call.queue_seconds is not None
        action = "queue" if is_queue else "voicemail" if call.is_voicemail else "menu"
    group = GROUPS[GROUP_OF.get(call.reason, 1)]
    return {
        "ivr_action": action,
        "ivr_destination_group_name": group[1] if action == "queue" else None,
        "ivr_hops": 1 + call.call_id // 2 % 3 if is_inbound else None,
        "ivr_routed_to": None,
        "ivr_time_spent": call.ivr_seconds if is_inbound else None,
    }


def call_record(call: Call) -> Record:
    """Show a call; its charge is filled in a day later."""
    spoken = call.talk_seconds + call.hold_seconds
    consent = call.is_answered and call.call_id % 10 < 8
    waited_long = (call.queue_seconds or 0) > 600
    return {
        "id": call.call_id,
        "created_at": iso_seconds(call.started_us),
        "updated_at": iso_seconds(call.updated_us),
        "agent_id": call.agent_id,
        "call_charge": _charge(call),
        "call_group_id": GROUPS[GROUP_OF.get(call.reason, 1)][0],
        "call_recording_consent": "opt_in",
        "call_recording_consent_action": "caller_opted_in" if consent else None,
        "call_recording_consent_keypress": "1" if consent else None,
        "callback": False,
        "callback_source": None,
        "completion_status": call.status,
        "consultation_time": 0,
        "customer_requested_voicemail": call.is_voicemail and not call.is_outside_hours,
        "default_group": False,
        "direction": call.direction,
        "duration": call.duration_seconds,
        "exceeded_queue_time": waited_long,
        "exceeded_queue_wait_time": waited_long,
        "hold_time": call.hold_seconds,
        **_ivr(call),
        "minutes_billed": -(-call.duration_seconds // 60),
        "not_recording_time": 0 if consent else spoken,
        "outside_business_hours": call.is_outside_hours,
        "overflowed": False,
        "overflowed_to": None,
        "phone_number": COMPANY_NUMBER,
        "phone_number_id": 220_011,
        "quality_issues": ["high_latency" if call.call_id // 2 % 37 == 0 else "none"],
        "recording_control_interactions": 0,
        "recording_time": spoken if consent else 0,
        "talk_time": call.talk_seconds,
        "ticket_id": call.ticket_id,
        "time_to_answer": call.queue_seconds if call.is_answered else None,
        "voicemail": call.is_voicemail,
        "wait_time": call.wait_seconds,
        "wrap_up_time": call.wrap_up_seconds,
    }


def leg_records(call: Call) -> list[Record]:
    """Show the caller's leg and, if one took part, the agent's."""
    legs = [_leg(call, "customer", call.call_id * 10 + 1, call.caller.user_id)]
    if call.agent_id is not None:
        legs.append(_leg(call, "agent", call.call_id * 10 + 2, call.agent_id))
    return legs


def _leg(call: Call, kind: str, number: int, user_id: int) -> Record:
    is_agent = kind == "agent"
    begins = call.started_us + (call.wait_seconds * SECOND if is_agent else 0)
    spoken = call.talk_seconds + call.hold_seconds
    return {
        "id": number,
        "created_at": iso_seconds(begins),
        "updated_at": iso_seconds(call.updated_us),
        "agent_id": call.agent_id if is_agent else None,
        "user_id": user_id,
        "call_id": call.call_id,
        "type": kind,
        "available_via": "browser" if is_agent else None,
        "completion_status": call.status,
        "call_charge": _charge(call),
        "minutes_billed": -(-spoken // 60) if is_agent else -(-call.duration_seconds // 60),
        "duration": spoken if is_agent else call.duration_seconds,
        "talk_time": call.talk_seconds,
        "hold_time": call.hold_seconds,
        "wrap_up_time": call.wrap_up_seconds if is_agent else None,
        "consultation_time": 0,
        "consultation_from": None,
        "consultation_to": None,
        "conference_from": None,
        "conference_time": None,
        "conference_to": None,
        "forwarded_to": None,
        "transferred_from": None,
        "transferred_to": None,
        "quality_issues": ["none"],
    }
