"""Show a Slack message as a page: Block Kit and mrkdwn, read as Slack reads them."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

EMOJI = {
    ":red_circle:": "#dd2e44",
    ":large_orange_circle:": "#f4900c",
    ":white_circle:": "#e6e7e8",
    ":large_green_circle:": "#78b159",
}
STYLE = """
body{margin:0;padding:16px;background:#fff;color:#1d1c1d;
font:15px/1.46 Lato,Helvetica,Arial,sans-serif}
.m{max-width:640px}.who b{font-weight:900}.who i{color:#616061;font:12px sans-serif}
.app{background:#e8e8e8;color:#616061;font-size:10px;padding:1px 3px;border-radius:2px}
h1{font-size:18px;margin:8px 0}.s{margin:8px 0}
.f{display:grid;grid-template-columns:1fr 1fr;gap:8px 16px}
pre{margin:4px 0;padding:8px;background:#f8f8f8;border:1px solid #ddd;border-radius:4px;
font:12px/1.5 Monaco,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.c{color:#616061;font-size:13px;margin:8px 0;overflow-wrap:anywhere}a{color:#1264a3}
.e{display:inline-block;width:15px;height:15px;border-radius:50%;vertical-align:-2px}
code{background:#f8f8f8;border:1px solid #ddd;border-radius:3px;color:#e01e5a;font-size:12px}
"""


def page(message: dict[str, Any]) -> str:
    """Return the page of one message."""
    body = "".join(_block(block) for block in message["blocks"])
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>Slack</title><style>{STYLE}'
        f'</style></head><body><div class="m"><div class="who"><b>cx-warehouse</b> '
        f'<span class="app">APP</span> <i>03:14</i></div>{body}</div></body></html>'
    )


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "header":
        return f"<h1>{_plain(block['text']['text'])}</h1>"
    if block["type"] == "context":
        return f'<div class="c">{" ".join(_marked(e["text"]) for e in block["elements"])}</div>'
    if "fields" in block:
        cells = "".join(f"<div>{_marked(field['text'])}</div>" for field in block["fields"])
        return f'<div class="s f">{cells}</div>'
    return f'<div class="s">{_marked(block["text"]["text"])}</div>'


def _plain(text: str) -> str:
    shown = escape(text)
    for name, colour in EMOJI.items():
        shown = shown.replace(name, f'<span class="e" style="background:{colour}"></span>')
    return shown


def _marked(text: str) -> str:
    """Read mrkdwn: fences first, in which nothing else is read; then links, bold, code."""
    parts = re.split(r"```\n?(.*?)\n?```", text, flags=re.S)
    return "".join(
        f"<pre>{_shown(part)}</pre>" if n % 2 else _inline(part) for n, part in enumerate(parts)
    )


def _inline(text: str) -> str:
    pieces = re.split(r"(<[^>]*>)", text)
    return "".join(_angle(one) if one.startswith("<") else _styled(one) for one in pieces)


def _angle(piece: str) -> str:
    target, _, label = piece[1:-1].partition("|")
    if target.startswith(("!", "@", "#")):
        return f'<b class="mention">{escape(target)}</b>'
    return f'<a href="{_shown(target)}">{_shown(label or target)}</a>'


def _styled(text: str) -> str:
    text = _shown(text).replace("\n", "<br>")
    text = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", text)
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", text)


def _shown(text: str) -> str:
    """Turn Slack's three escapes back, and show the result as text."""
    return escape(unescape(text))
