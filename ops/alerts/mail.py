"""An alert as an e-mail: plain text and HTML, sent over SMTP; the closing answers the opening."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

COLOURS = {"page": "#b3261e", "ticket": "#b25e02", "notice": "#5f6368"}
OVER = "#1e7d32"
FACTS = {
    "Since": "since",
    "Lately": "often",
    "Stale marts": "stale",
    "Read by": "read_by",
    "Served": "served",
}
LINKS = {"Runbook": "runbook", "Log": "log"}
LOCAL = {"localhost", "127.0.0.1", "::1"}
SUBJECT = 180


class NotSafe(Exception):
    """A password would go over the network in the clear."""


def message(filed: dict[str, Any], sender: str, to: str) -> EmailMessage:
    """Return the message that opens an alert, or that says how it ended."""
    closed = filed["closed"]
    head = f"over after {closed['lasted']}" if closed else filed["severity"]
    subject = f"[{head}] {filed['title']} · {filed['dag_id']}"
    mail = EmailMessage()
    mail["Subject"] = " ".join(subject.split())[:SUBJECT]
    mail["From"] = sender
    mail["To"] = to
    mail["Auto-Submitted"] = "auto-generated"
    opening = f"<{sha256(filed['id'].encode()).hexdigest()[:32]}@cx-warehouse.invalid>"
    mail["Message-ID"] = opening.replace("@", ".over@") if closed else opening
    if closed:
        mail["In-Reply-To"] = mail["References"] = opening
    mail.set_content(_ended(closed) + filed["text"] if closed else filed["text"])
    mail.add_alternative(page(filed), subtype="html")
    return mail


def page(filed: dict[str, Any]) -> str:
    """Return the HTML form; it loads nothing from anywhere."""
    closed = filed["closed"]
    colour = OVER if closed else COLOURS[filed["severity"]]
    head = f"Over after {closed['lasted']}" if closed else filed["severity"].capitalize()
    if closed:
        rows = [("How it ended", escape(closed["why"])), ("Since", escape(filed["since"]))]
    else:
        rows = [(name, escape(filed[key])) for name, key in FACTS.items() if filed[key]]
    rows += [(name, _linked(filed[key])) for name, key in LINKS.items()]
    cell = 'style="padding:4px 12px 4px 0;vertical-align:top'
    table = "".join(
        f'<tr><td {cell};color:#5f6368;white-space:nowrap">{name}</td><td {cell}">{value}</td></tr>'
        for name, value in rows
    )
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head>'
        '<body style="margin:0;padding:16px;background:#ffffff;color:#202124;'
        'font:14px/1.45 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif">'
        f'<div style="max-width:680px;border-left:4px solid {colour};padding:0 0 0 16px">'
        f'<p style="margin:0;color:{colour};font-weight:600">{escape(head)} · '
        f"{escape(filed['kind'])}</p>"
        f'<h1 style="margin:2px 0 10px;font-size:18px">{escape(filed["title"])} · '
        f"{escape(filed['dag_id'])}</h1>"
        f"{_lines(filed['what'])}"
        f'<table style="border-collapse:collapse;margin:10px 0">{table}</table>'
        f"{'' if closed else '<b>To repeat or repair</b>' + _lines(filed['repeat'])}"
        f'<p style="color:#5f6368;margin:10px 0 0">{escape(filed["run_id"])}</p>'
        "</div></body></html>"
    )


def send(url: str, mail: EmailMessage, timeout: float) -> None:
    """Hand the message to the server: `smtps` speaks TLS from the start, `smtp` when it can.

    A name and password never go unencrypted to another machine.
    """
    place = urlsplit(url)
    host = place.hostname or "localhost"
    safe = ssl.create_default_context()
    if place.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, place.port or 465, timeout=timeout, context=safe
        )
    else:
        server = smtplib.SMTP(host, place.port or 587, timeout=timeout)
    with server:
        server.ehlo()
        if place.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=safe)
            server.ehlo()
        elif place.scheme != "smtps" and place.username and host not in LOCAL:
            raise NotSafe
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(mail)


def _ended(closed: dict[str, Any]) -> str:
    return f"Over after {closed['lasted']}: {closed['why']}\n\nIt was:\n\n"


def _lines(lines: list[str]) -> str:
    return (
        '<pre style="margin:4px 0;padding:8px 10px;background:#f1f3f4;border-radius:4px;'
        'white-space:pre-wrap;font:12px/1.5 ui-monospace,Consolas,monospace">'
        f"{escape(chr(10).join(lines))}</pre>"
    )


def _linked(target: str) -> str:
    shown = escape(target)
    return f'<a href="{shown}">{shown}</a>' if target.startswith(("https://", "http://")) else shown
