"""One HTTP server, many vendors: each under its own prefix, the side door under `/__`.

HTTP/1.1 with keep-alive, a thread a connection. The `Date` header shows the company's clock, so
that a client can compute how long an absolute reset is away.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import socketserver
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import msgspec

from sandbox.clients import clients_at
from sandbox.clock import Clock
from sandbox.control import Control, Knobs, Parts
from sandbox.drop import Drop
from sandbox.faces.bluesky import Bluesky
from sandbox.faces.facebook import Facebook
from sandbox.faces.ga4_data import DataApi
from sandbox.faces.gcs import Storage
from sandbox.faces.google_oauth import TokenEndpoint, Tokens
from sandbox.faces.hubspot import HubSpot
from sandbox.faces.quota import Limits, Mode
from sandbox.faces.search_console import SearchConsole
from sandbox.faces.servicenow import ServiceNow
from sandbox.faces.typeform import Typeform
from sandbox.faces.view import View, WorldLike
from sandbox.faces.wire import Face, Reply, Request, json_reply
from sandbox.faces.x import X
from sandbox.faces.zendesk import Zendesk
from sandbox.faults import Active, FaultBox, records_of, strike
from sandbox.request_log import Entry, Log

LONGEST_BODY = 10_000_000
CHUNK = 1_000
SECRET = re.compile("authorization|token|key|secret|password")  # in the name of a header


@dataclass(frozen=True, slots=True)
class Sending:
    """A reply on its way out, with what a fault does to the transport."""

    reply: Reply
    cut: int | None = None
    honest_length: bool = False
    disconnect: bool = False
    chunked: bool = False
    clock_skew_seconds: float = 0.0


class Sandbox:
    """The faces over one world, with clock, faults and log; knows no sockets."""

    def __init__(
        self,
        world: WorldLike,
        clock: Clock,
        limits: Mode,
        monotonic: Callable[[], float],
        drop: Drop | None = None,
    ) -> None:
        view = View(world, drop.reach if drop else None)
        self._folder = str(drop.folder) if drop else ""
        self.clock = clock
        self.faults = FaultBox()
        self.log = Log()
        self.knobs = Knobs()
        quotas = Limits(limits, monotonic)
        google = Tokens()
        hubspot, x = HubSpot(view, quotas), X(view, quotas)
        storage = Storage(view, quotas, google)
        zendesk = Zendesk(view, quotas)
        self.faces: dict[str, Face] = {
            "zendesk": zendesk,
            "hubspot": hubspot,
            "gcs": storage,
            "analyticsdata": DataApi(view, quotas, google),
            "search_console": SearchConsole(view, quotas, google),
            "oauth2": TokenEndpoint(google),
            "x": x,
            "bluesky": Bluesky(view, quotas),
            "servicenow": ServiceNow(view, quotas),
            "facebook": Facebook(view, quotas),
            "typeform": Typeform(view, quotas),
        }
        self.control = Control(
            Parts(
                view, clock, self.faults, self.log, quotas, self.knobs, hubspot, x, storage, zendesk
            )
        )

    def answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes, origin: str
    ) -> Sending:
        """Answer one request to any face or to the side door."""
        path, _, query = target.partition("?")
        if (method, path) == ("GET", "/__settings"):
            return Sending(json_reply(200, clients_at(origin, self._folder)))
        if path.startswith("/__"):
            return Sending(self.control.handle(method, path, body))
        name, _, rest = path.removeprefix("/").partition("/")
        face = self.faces.get(name)
        if face is None:
            known = ", ".join(f"/{one}" for one in self.faces)
            message = f"{path} belongs to no vendor; nothing was read; paths begin with {known}."
            return Sending(json_reply(404, {"error": message}))
        now = self.clock.now()
        values = parse_qs(query, keep_blank_values=True)
        size, here = self.knobs.page_size, f"{origin}/{name}"
        request = Request(method, "/" + rest, values, headers, body, here, now, size)
        struck = self.faults.take(method, target)
        for change in struck.fault.meanwhile if struck else ():
            self.control.mutate(msgspec.json.encode(change))
        sending = _struck(struck, face, request) if struck else Sending(face.handle(request))
        reply = sending.reply
        rows = None if size is None else records_of(reply.body)
        self.log.add(
            lambda number: Entry(
                number, now, name, method, path, query, reply.status, len(reply.body),
                struck is not None, None if rows is None else len(rows),
            )
        )  # fmt: skip
        return sending


def _struck(struck: Active, face: Face, request: Request) -> Sending:
    fault, skew = struck.fault, struck.fault.clock_skew_seconds
    if fault.latency_seconds:
        time.sleep(fault.latency_seconds)
    if fault.disconnect:
        return Sending(Reply(0, b""), disconnect=True)
    if fault.refusal:
        told = replace(
            request, now=request.now + timedelta(seconds=skew), wait_seconds=fault.wait_seconds
        )
        refusal = face.refusal(fault.refusal, told)
        reply = refusal or json_reply(500, {"error": f"This vendor knows no {fault.refusal}."})
    elif fault.repeat:
        struck.kept = reply = struck.kept or face.handle(request)
    else:
        asked = _nameless(request) if fault.unauthorized else request
        reply = strike(fault, lambda: face.handle(asked))
    if fault.gzip:
        packed = {**reply.headers, "Content-Encoding": "gzip"}
        reply = replace(reply, body=gzip.compress(reply.body, 1), headers=packed)
    return Sending(reply, fault.truncate_bytes, fault.honest_length, False, fault.chunked, skew)


def _nameless(request: Request) -> Request:
    """Take the credentials off a request, wherever a vendor wants them."""
    return replace(
        request,
        headers={name: value for name, value in request.headers.items() if not SECRET.search(name)},
        query={name: value for name, value in request.query.items() if name != "access_token"},
    )


class Server(ThreadingHTTPServer):
    """The listening socket of one sandbox."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without asking the resolver for a name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)

    @property
    def base_url(self) -> str:
        """Where clients reach this server on this machine."""
        host, port = str(self.server_address[0]), self.server_address[1]
        return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        announced = self.headers.get("Content-Length") or "0"
        length = int(announced) if announced.isdigit() else 0
        if length > LONGEST_BODY:
            message = f"The body has {length} bytes; it was not read; send at most {LONGEST_BODY}."
            self.close_connection = True
            self._send(Sending(json_reply(413, {"error": message})))
            return
        body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        origin = "http://" + headers.get("host", self.server.base_url.removeprefix("http://"))
        try:
            sending = self.server.sandbox.answer(self.command, self.path, headers, body, origin)
        except Exception:  # a defect must not leave the client waiting
            traceback.print_exc(file=sys.stderr)
            sending = Sending(json_reply(500, {"error": "The sandbox has a defect; see its log."}))
        self._send(sending)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _send(self, sending: Sending) -> None:
        if sending.disconnect:
            self.close_connection = True
            return
        reply = sending.reply
        body = reply.body if sending.cut is None else reply.body[: sending.cut]
        if sending.cut is not None and not sending.honest_length:
            self.close_connection = True
        told = len(body) if sending.honest_length else len(reply.body)
        phrase = self.responses.get(reply.status, ("Multi-Status",))[0]
        shown = self.server.sandbox.clock.now() + timedelta(seconds=sending.clock_skew_seconds)
        if sending.chunked:
            body = _in_chunks(body, is_whole=len(body) == told)
        lines = [
            f"HTTP/1.1 {reply.status} {phrase}",
            f"Date: {format_datetime(shown, usegmt=True)}",
            f"Content-Type: {reply.content_type}",
            "Transfer-Encoding: chunked" if sending.chunked else f"Content-Length: {told}",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
        ]
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        with contextlib.suppress(ConnectionError):  # a client may leave before its answer
            self.wfile.write(head + body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the log is a control request."""


def _in_chunks(body: bytes, *, is_whole: bool) -> bytes:
    """Cut a body into chunks; one that is not whole lacks the last of them, which is empty."""
    parts = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
    sent = [b"%x\r\n%b\r\n" % (len(part), part) for part in parts]
    return b"".join([*sent, b"0\r\n\r\n" if is_whole else b""])


@contextlib.contextmanager
def serving(server: Server) -> Iterator[str]:
    """Serve in a thread for as long as the context lasts; gives the base URL."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.base_url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
