"""Typeform's responses; what begins with an underscore is the sandbox's own and is not shown."""

from __future__ import annotations

from typing import Any

from sandbox.books import Record
from sandbox.moments import iso_seconds

NPS_FORM, ONBOARDING_FORM = "u6nXL7", "Wq3Fk1"
VALUES = {"long_text": "text", "email": "email"}  # the name of an answer's value; else `number`
NEVER = "0001-01-01T00:00:00Z"  # when a partial response was submitted


def answer_of(ref: str, kind: str, value: Any) -> Record:
    """Show the answer to one question."""
    name = VALUES.get(kind, "number")
    field = {"id": f"{ref}01", "ref": ref, "type": kind}
    return {"field": field, "type": name, name: value}


def response_record(
    key: str,
    form: str,
    landed_us: int,
    submitted_us: int | None,
    answers: list[Record],
    hidden: dict[str, str],
) -> Record:
    """Show a response; one without a moment of submission is partial."""
    record: Record = {
        "landing_id": key,
        "token": key,
        "response_id": key,
        "response_type": "partial" if submitted_us is None else "completed",
        "landed_at": iso_seconds(landed_us),
        "submitted_at": NEVER if submitted_us is None else iso_seconds(submitted_us),
        "metadata": {
            "user_agent": "Mozilla/5.0",
            "platform": "mobile" if int(key[0], 16) < 9 else "other",
            "referer": f"https://northwind.typeform.com/to/{form}",
            "network_id": key[:10],
            "browser": "touch" if int(key[0], 16) < 9 else "default",
        },
        "calculated": {"score": 0},
        "answers": answers[: len(answers) // 2] if submitted_us is None else answers,
        "_form": form,
    }
    if hidden:
        record["hidden"] = hidden
    return record
