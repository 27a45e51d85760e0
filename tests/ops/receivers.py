"""Receivers on loopback that take and refuse what Slack, PagerDuty and a mail server do.

Slack: an incoming webhook answers `ok`; a payload that breaks Block Kit's rules gets 400 with
Slack's word for it. PagerDuty: Events API v2 answers 202 and keeps one incident for a `dedup_key`.
SMTP: RFC 5321 with AUTH, in its order, with its line length and sizes.
"""

from __future__ import annotations

import base64
import email.policy
import json
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, str]
BLOCKS_ALTOGETHER = 13_000
ROUTING_KEY = "r0ut1ngkey" + "0" * 22


class Receiver:
    """An HTTP server that keeps what it took; `status` makes it answer something else."""

    path = "/hook/very-secret-part"

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.asked = 0
        self.status = 200
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                owner.asked += 1
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                kind = self.headers.get("Content-Type", "")
                status, said = owner.answer(self.path, kind, body)
                (owner.refused.append(said) if status >= 300 else None)
                self.send_response(status)
                self.end_headers()
                if status != 204:
                    self.wfile.write(said.encode())

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{self.path}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, path: str, kind: str, body: bytes) -> Answer:
        if self.status != 200:
            return self.status, "as asked"
        if path != self.path:
            return 404, "no_service"
        if kind != "application/json":
            return 400, "invalid_payload"
        try:
            told = json.loads(body)
        except ValueError:
            return 400, "invalid_payload"
        return self.take(told, body)

    def take(self, told: dict[str, Any], body: bytes) -> Answer:
        self.received.append(told)
        return 200, "ok"


class Slack(Receiver):
    """An incoming webhook of Slack."""

    path = "/services/T0000/B0000/very-secret-part"

    def take(self, told: dict[str, Any], body: bytes) -> Answer:
        if not told.get("text") and not told.get("blocks"):
            return 400, "no_text"
        flaw = flaw_of(told.get("blocks", []))
        if flaw:
            return 400, flaw
        self.received.append(told)
        return 200, "ok"


def flaw_of(blocks: list[dict[str, Any]]) -> str | None:
    """Return Slack's word for what is wrong with blocks; None when nothing is."""
    if len(blocks) > 50:
        return "invalid_blocks"
    whole = 0
    for block in blocks:
        match block:
            case {"type": "header", "text": {"type": "plain_text", "text": str(text), **rest}}:
                limits = [(text, 150)]
                bad = set(rest) - {"emoji"}
            case {"type": "section", "text": dict(text), **rest}:
                limits = [(marked(text), 3000)]
                bad = set(rest) - {"block_id"}
            case {"type": "section", "fields": list(fields), **rest} if 0 < len(fields) <= 10:
                limits = [(marked(field), 2000) for field in fields]
                bad = set(rest) - {"block_id"}
            case {"type": "context", "elements": list(parts), **rest} if 0 < len(parts) <= 10:
                limits = [(marked(part), 3000) for part in parts]
                bad = set(rest) - {"block_id"}
            case _:
                return "invalid_blocks"
        if bad or any(not 1 <= len(text) <= most for text, most in limits):
            return "invalid_blocks"
        whole += sum(len(text) for text, _ in limits)
    return "msg_blocks_too_long" if whole > BLOCKS_ALTOGETHER else None


def marked(text: dict[str, Any]) -> str:
    known = {"type", "text", "emoji" if text.get("type") == "plain_text" else "verbatim"}
    fits = text.get("type") in {"plain_text", "mrkdwn"} and set(text) <= known
    return str(text.get("text", "")) if fits else ""


class PagerDuty(Receiver):
    """The Events API v2: one incident for a key, triggered and resolved."""

    path = "/v2/enqueue"

    def __init__(self) -> None:
        self.incidents: dict[str, list[str]] = {}
        super().__init__()

    def take(self, told: dict[str, Any], body: bytes) -> Answer:
        errors = list(self._errors(told))
        if len(body) > 512 * 1024:
            return 413, "Request Entity Too Large"
        if errors:
            said = {"status": "invalid event", "message": "Event object is invalid"}
            return 400, json.dumps(said | {"errors": errors})
        key = told.get("dedup_key") or f"made-{len(self.incidents)}"
        events = self.incidents.setdefault(key, [])
        if told["event_action"] == "trigger" or events:  # what is not open cannot be resolved
            events.append(told["event_action"])
        self.received.append(told)
        said = {"status": "success", "message": "Event processed", "dedup_key": key}
        return 202, json.dumps(said)

    def open(self) -> list[str]:
        return [key for key, events in self.incidents.items() if events[-1] != "resolve"]

    def _errors(self, told: dict[str, Any]) -> Iterator[str]:
        if len(str(told.get("routing_key", ""))) != 32:
            yield "Length of 'routing_key' is incorrect (should be 32 characters)"
        action, key = told.get("event_action"), told.get("dedup_key")
        if action not in {"trigger", "acknowledge", "resolve"}:
            yield "'event_action' is invalid"
        if key is not None and not 1 <= len(key) <= 255:
            yield "Length of 'dedup_key' is incorrect"
        if action != "trigger":
            if key is None:
                yield "'dedup_key' is missing or blank"
            return
        payload = told.get("payload") or {}
        for name, most in (("summary", 1024), ("source", 1024)):
            if not 1 <= len(str(payload.get(name, ""))) <= most:
                yield f"'payload.{name}' is missing or too long"
        if payload.get("severity") not in {"critical", "error", "warning", "info"}:
            yield "'payload.severity' is invalid (must be one of ...)"
        try:
            datetime.fromisoformat(payload.get("timestamp", "2026-01-01"))
        except ValueError:
            yield "'payload.timestamp' is no ISO 8601 time"
        for link in told.get("links", []):
            if not re.match("https?://", link.get("href", "")):
                yield "'links.href' is invalid"


class Smtp:
    """A mail server that wants a password, and RFC 5321's order."""

    user, password = "relay", "p@ss/word"
    most = 200_000

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.status = 250
        owner = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                Dialogue(owner, self.rfile.readline, self.wfile.write).go()

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        port = self.server.server_address[1]
        self.url = f"smtp://relay:p%40ss%2Fword@127.0.0.1:{port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


class Dialogue:
    """One connection: what was said so far decides what may be said next."""

    def __init__(
        self, owner: Smtp, read: Callable[[int], bytes], write: Callable[[bytes], Any]
    ) -> None:
        self._owner, self._read, self._write = owner, read, write
        self._greeted = self._known = False
        self._sender: str | None = None
        self._to: list[str] = []

    def go(self) -> None:
        self._say("220 loopback ESMTP")
        while line := self._read(1001):
            verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 bye")
                return
            self._say(self._answer(verb.upper(), rest))

    def _say(self, text: str) -> None:
        self._write(text.replace("\n", "\r\n").encode() + b"\r\n")

    def _answer(self, verb: str, rest: str) -> str:  # noqa: PLR0911  (one line a state)
        if verb == "EHLO":
            self._greeted = True
            return f"250-loopback\n250-SIZE {self._owner.most}\n250 AUTH PLAIN"
        if not self._greeted:
            return "503 greet first"
        if verb == "AUTH":
            name, word = base64.b64decode(rest.split()[1]).decode().split("\0")[1:]
            self._known = (name, word) == (self._owner.user, self._owner.password)
            return "235 welcome" if self._known else "535 credentials refused"
        if not self._known:
            return "530 authentication required"
        if verb == "MAIL":
            size = re.search(r"SIZE=(\d+)", rest, re.I)
            if size and int(size[1]) > self._owner.most:
                return "552 too large"
            self._sender = rest
            return "250 ok"
        if verb == "RCPT" and self._sender:
            self._to.append(rest)
            return "250 ok"
        if verb == "DATA" and self._to:
            return self._data()
        return "250 ok" if verb in {"RSET", "NOOP"} else "503 not now"

    def _data(self) -> str:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self._read(100_000)) != b".\r\n":
            if len(line) > 1000 or not line.endswith(b"\r\n"):
                return "500 line too long"
            lines.append(line[1:] if line.startswith(b".") else line)
        if self._owner.status != 250:
            return f"{self._owner.status} as asked"
        parser = BytesParser(EmailMessage, policy=email.policy.default)
        self._owner.received.append(parser.parsebytes(b"".join(lines)))
        return "250 taken"


@contextmanager
def receiving(*kinds: type) -> Iterator[list[Any]]:
    """Run receivers; each is closed at the end."""
    made = [kind() for kind in kinds]
    try:
        yield made
    finally:
        for one in made:
            one.server.shutdown()
            one.server.server_close()
