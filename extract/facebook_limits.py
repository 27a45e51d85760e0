"""How Meta says no: 400 with a code, and the wait in minutes inside of a header that is JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from extract.access import Action, Verdict, body_of, default_verdict

if TYPE_CHECKING:
    import httpx

SLOW_DOWN = frozenset({4, 17, 32, 613, *range(80_000, 80_100)})
PASSING = frozenset({1, 2})
DENIED = frozenset({10, 102, 104, 190, *range(200, 300)})
INVALID = 100  # a parameter; which one is told in prose only
INVALID_METRIC = "valid insights metric"
WITHDRAWN = "metric unavailable"  # what the reason of such a refusal ends with
GONE_CODE = 33  # a subcode: the object was deleted, or was never there
GONE = "object gone"
LONG_WAIT = 300.0  # seconds, where no time is told: the quota rolls over an hour or a day
USAGE = "x-business-use-case-usage"


class Usage(msgspec.Struct):
    """How much of a quota is used, and the minutes until it is free again."""

    estimated_time_to_regain_access: float = 0.0


def verdict(response: httpx.Response, now: datetime) -> Verdict:
    """Judge by the code of the error, because most refusals have status 400."""
    usual, error = default_verdict(response, now), body_of(response).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(error, dict) or not isinstance(code, int):
        return usual
    reason = f"status {response.status_code} code {code}"
    if code in SLOW_DOWN:
        return Verdict(Action.RETRY, _wait(response), reason, is_limit=True)
    if code in PASSING:
        return Verdict(Action.RETRY, usual.after, reason)
    if code in DENIED:
        return Verdict(Action.DENIED, None, reason)
    if code == INVALID and INVALID_METRIC in str(error.get("message")):
        reason = f"{reason} {WITHDRAWN}"
    if code == INVALID and error.get("error_subcode") == GONE_CODE:
        reason = f"{reason} {GONE}"
    return replace(usual, reason=reason)


def _wait(response: httpx.Response) -> float:
    """Return the seconds that the header asks for, the longest of all quotas that it names."""
    try:
        told = msgspec.json.decode(response.headers.get(USAGE, ""), type=dict[str, list[Usage]])
    except msgspec.DecodeError:
        return LONG_WAIT
    minutes = [one.estimated_time_to_regain_access for used in told.values() for one in used]
    return max(minutes, default=0.0) * 60 or LONG_WAIT
