"""What Zendesk Talk counts of each agent since midnight: their calls, their shift, their rest.

The account was opened with the Pacific zone, so its day begins at 7 or 8 o'clock UTC and a reading
shortly after midnight UTC sees the whole working day. A call counts from the moment at which the
export shows it. Nobody of our company denies or misses a call: callers hang up instead.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, json_reply

ZONE = ZoneInfo("America/Los_Angeles")
NOUGHT = (
    "calls_denied",
    "calls_missed",
    "accepted_transfers",
    "started_transfers",
    "transfers_only_time",
    "accepted_third_party_conferences",
    "started_third_party_conferences",
)


def agents_page(view: View, request: Request) -> Reply:
    """Answer with every agent's activity of the running day."""
    rows = view.once("zendesk agents", request.now, lambda: _activities(view, request.now))
    return json_reply(200, {"agents_activity": rows})


def midnight_before(now: datetime) -> datetime:
    """Give the moment, in UTC, at which the account's day began."""
    local = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(UTC)


def _activities(view: View, now: datetime) -> list[Record]:
    begin = midnight_before(now)
    calls: dict[int, list[Record]] = {}
    for call in view.newest("zendesk.calls", now).values():
        if call.get("agent_id") and datetime.fromisoformat(call["created_at"]) >= begin:
            calls.setdefault(int(call["agent_id"]), []).append(call)
    shifts: dict[int, list[Record]] = {}
    for shift in view.newest("zendesk.shifts", now).values():
        shifts.setdefault(int(shift["agent_id"]), []).append(shift)
    agents = [
        user
        for user in view.newest("zendesk.users", now).values()
        if user.get("role") in {"agent", "admin"}
    ]
    return [
        _activity(agent, calls.get(agent["id"], []), shifts.get(agent["id"], []), begin, now)
        for agent in sorted(agents, key=lambda user: int(user["id"]))
    ]


def _activity(
    agent: Record, calls: list[Record], shifts: list[Record], begin: datetime, now: datetime
) -> Record:
    talk, hold, wrap = (
        sum(int(call[name] or 0) for call in calls)
        for name in ("talk_time", "hold_time", "wrap_up_time")
    )
    online = sum(_within(shift, "begins_at", "ends_at", begin, now) for shift in shifts)
    away = sum(_within(shift, "rests_at", "returns_at", begin, now) for shift in shifts)
    accepted = [call for call in calls if call["direction"] == "inbound"]
    held = [call for call in calls if call["hold_time"]]
    return {
        "name": agent["name"],
        "agent_id": agent["id"],
        "via": "client",
        "avatar_url": None,
        "forwarding_number": None,
        "calls_accepted": len(accepted),
        "calls_put_on_hold": len(held),
        "online_time": online,
        "away_time": away,
        "available_time": max(0, online - away - talk - hold - wrap),
        "total_call_duration": talk + hold,
        "total_talk_time": talk,
        "total_hold_time": hold,
        "total_wrap_up_time": wrap,
        "average_talk_time": talk // len(calls) if calls else 0,
        "average_hold_time": hold // len(held) if held else 0,
        "average_wrap_up_time": wrap // len(calls) if calls else 0,
        "call_status": None,
        "agent_state": _state(shifts, now),
        **dict.fromkeys(NOUGHT, 0),
    }


def _within(shift: Record, first: str, last: str, begin: datetime, now: datetime) -> int:
    """Count the seconds between two moments of a shift that lie in the running day."""
    low = max(datetime.fromisoformat(shift[first]), begin)
    high = min(datetime.fromisoformat(shift[last]), now)
    return max(0, int((high - low).total_seconds()))


def _state(shifts: list[Record], now: datetime) -> str:
    for shift in shifts:
        if (
            datetime.fromisoformat(shift["begins_at"])
            <= now
            < datetime.fromisoformat(shift["ends_at"])
        ):
            rests, returns = (
                datetime.fromisoformat(shift[name]) for name in ("rests_at", "returns_at")
            )
            return "away" if rests <= now < returns else "online"
    return "offline"
