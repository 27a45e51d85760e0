"""An alert as Slack shows it: Block Kit for an incoming webhook, within Slack's sizes.

Text from outside stands in fenced code, where Slack reads no markup; `&`, `<` and `>` are escaped
everywhere, so that no text can mention a channel or make a link. Sizes: a header has at most 150
characters, a text 3,000, a field 2,000, all blocks about 13,000 (which Slack does not document).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

HEADER, FENCE, FIELD = 150, 2800, 900
MARKS = {"page": ":red_circle:", "ticket": ":large_orange_circle:", "notice": ":white_circle:"}
FACTS = {
    "Since": "since",
    "Lately": "often",
    "Stale marts": "stale",
    "Read by": "read_by",
    "Served": "served",
}


def payload(filed: dict[str, Any]) -> dict[str, Any]:
    """Return the message that opens an alert, or that says how it ended."""
    closed = filed["closed"]
    mark = ":large_green_circle:" if closed else MARKS[filed["severity"]]
    head = f"Over after {closed['lasted']}" if closed else filed["severity"].capitalize()
    title = f"{mark} {head}: {filed['title']}"
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": title[:HEADER], "emoji": True}},
        _section(_fence(filed["what"])),
    ]
    if closed:
        blocks.append(_section(f"*How it ended*\n{fitted(closed['why'], FIELD)}"))
    else:
        fields = [
            _marked(f"*{name}*\n{fitted(filed[key], FIELD)}")
            for name, key in FACTS.items()
            if filed[key]
        ]
        blocks.append({"type": "section", "fields": fields})
        blocks.append(_section(f"*To repeat or repair*\n{_fence(filed['repeat'])}"))
    blocks.append({"type": "context", "elements": [_marked(_origin(filed))]})
    first = fitted(f"{filed['kind']} · {filed['what'][0]}", FIELD)
    return {"text": f"{head}: {first}", "blocks": blocks}


def fitted(text: str, most: int) -> str:
    """Escape a text, and shorten it so that what is sent has no more characters than `most`."""
    whole = escape(text, quote=False)
    if len(whole) <= most:
        return whole
    kept, room = [], most - 2
    for character in text:
        room -= len(escape(character, quote=False))
        if room < 0:
            break
        kept.append(character)
    return escape("".join(kept), quote=False) + " …"


def _fence(lines: Sequence[str]) -> str:
    return f"```\n{fitted(chr(10).join(lines).replace('`', chr(39)), FENCE)}\n```"


def _origin(filed: dict[str, Any]) -> str:
    """Say what it is and which run it was, with links where they are known."""
    names = (filed["kind"], filed["dag_id"], filed["run_id"])
    links = (_link(name, filed[name]) for name in ("runbook", "log"))
    return " · ".join([*(fitted(name, 300) for name in names if name), *links])


def _link(name: str, target: str) -> str:
    shown = fitted(target, 500)
    return f"<{shown}|{name}>" if target.startswith(("https://", "http://")) else f"{name}: {shown}"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _marked(text)}


def _marked(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
