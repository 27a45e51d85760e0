"""One HTTP server, four vendors: each under its own prefix, the side door under `/__`.

HTTP/1.1 with keep-alive, a thread a connection. The `Date` header shows the company's clock, so
that a client can compute how long an absolute reset is away.
"""

from __future__ import annotations

import contextlib
import socketserver
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from sandbox.clients import clients_at
from sandbox.clock import Clock
from sandbox.control import Control, Entry, Log, Parts
from sandbox.faces.gcs import Storage
from sandbox.faces.hubspot import HubSpot
from sandbox.faces.quota import Limits, Mode
from sandbox.faces.view import View, WorldLike
from sandbox.faces.wire import Face, Reply, Request, json_reply
from sandbox.faces.x import X
from sandbox.faces.zendesk import Zendesk
from sandbox.faults import Fault, FaultBox, strike

LONGEST_BODY = 10_000_000


@dataclass(frozen=True, slots=True)
class Sending:
    """A reply on its way out, with what a fault does to the transport."""

    reply: Reply
    cut: int | None = None
    honest_length: bool = False
    disconnect: bool = False


class Sandbox:
    """The faces over one world, with clock, faults and log; knows no sockets."""

    def __init__(
        self, world: WorldLike, clock: Clock, limits: Mode, monotonic: Callable[[], float]
    ) -> None:
        view = View(world)
        self.clock = clock
        self.faults = FaultBox()
        self.log = Log()
        quotas = Limits(limits, monotonic)
        hubspot, storage, x = HubSpot(view, quotas), Storage(view, quotas), X(view, quotas)
        self.faces: dict[str, Face] = {
            "zendesk": Zendesk(view, quotas),
            "hubspot": hubspot,
            "gcs": storage,
            "x": x,
        }
        self.control = Control(
            Parts(view, clock, self.faults, self.log, quotas, hubspot, x, storage)
        )

    def answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes, origin: str
    ) -> Sending:
        """Answer one request to any face or to the side door."""
        path, _, query = target.partition("?")
        if (method, path) == ("GET", "/__settings"):
            return Sending(json_reply(200, clients_at(origin)))
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
        request = Request(method, "/" + rest, values, headers, body, f"{origin}/{name}", now)
        fault = self.faults.take(method, target)
        sending = _struck(fault, face, request) if fault else Sending(face.handle(request))
        reply = sending.reply
        self.log.add(
            lambda number: Entry(
                number, now, name, method, path, query, reply.status, len(reply.body),
                fault is not None,
            )
        )  # fmt: skip
        return sending


def _struck(fault: Fault, face: Face, request: Request) -> Sending:
    if fault.latency_seconds:
        time.sleep(fault.latency_seconds)
    if fault.disconnect:
        return Sending(Reply(0, b""), disconnect=True)
    if fault.refusal:
        refusal = face.refusal(fault.refusal, request)
        reply = refusal or json_reply(500, {"error": f"This vendor knows no {fault.refusal}."})
    else:
        reply = strike(fault, lambda: face.handle(request))
    return Sending(reply, fault.truncate_bytes, fault.honest_length)


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
        lines = [
            f"HTTP/1.1 {reply.status} {phrase}",
            f"Date: {format_datetime(self.server.sandbox.clock.now(), usegmt=True)}",
            f"Content-Type: {reply.content_type}",
            f"Content-Length: {told}",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
        ]
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        with contextlib.suppress(ConnectionError):  # a client may leave before its answer
            self.wfile.write(head + body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the log is a control request."""


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
