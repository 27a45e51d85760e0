"""How X says no: problems, invalid parameters, limits, missing resources."""

from __future__ import annotations

import math
from datetime import datetime

from sandbox.faces.quota import Spent
from sandbox.faces.view import Record
from sandbox.faces.wire import Reply, json_reply

PROBLEMS = "https://api.x.com/2/problems/"
ACCOUNT_ID = "111"


class Invalid(Exception):
    """A parameter that X refuses, with the value it had."""

    def __init__(self, name: str, value: str, message: str) -> None:
        super().__init__(message)
        self.name, self.value = name, value


def rate_headers(spent: Spent, now: datetime) -> dict[str, str]:
    """Tell a limit as X does: what is left and the epoch second of the reset."""
    return {
        "x-rate-limit-limit": str(spent.limit),
        "x-rate-limit-remaining": str(spent.remaining),
        "x-rate-limit-reset": str(math.ceil(now.timestamp() + spent.reset_seconds)),
    }


def problem(status: int, title: str, detail: str) -> Reply:
    """Answer with a generic problem."""
    body = {"title": title, "detail": detail, "type": "about:blank", "status": status}
    return json_reply(status, body)


def too_many(spent: Spent, now: datetime) -> Reply:
    """Refuse for the rate limit; X never sends Retry-After."""
    reply = problem(429, "Too Many Requests", "Too Many Requests")
    return Reply(reply.status, reply.body, rate_headers(spent, now))


def usage_capped() -> Reply:
    """Refuse because the month's reads are used up, which is a 429 as well."""
    return json_reply(
        429,
        {
            "account_id": int(ACCOUNT_ID),
            "product_name": "pay-per-use",
            "title": "UsageCapExceeded",
            "period": "Monthly",
            "scope": "Product",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": PROBLEMS + "usage-capped",
        },
    )


def invalid(error: Invalid) -> Reply:
    """Refuse a parameter with its value."""
    message = f"Invalid '{error.name}':'{error.value}'. {error}"
    return json_reply(
        400,
        {
            "errors": [{"parameters": {error.name: [error.value]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": PROBLEMS + "invalid-request",
        },
    )


def not_found(key: str, kind: str, parameter: str) -> Record:
    """Describe one resource that a partial answer lacks."""
    return {
        "value": key,
        "detail": f"Could not find {kind} with {parameter}: [{key}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": key,
        "type": PROBLEMS + "resource-not-found",
    }


def missing_reply(keys: list[str], kind: str, parameter: str) -> Reply:
    """Answer about resources of which none was found."""
    return json_reply(200, {"errors": [not_found(key, kind, parameter) for key in keys]})
