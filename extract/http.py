"""The one HTTP client: pacing, bounded retries, and errors that give nothing away.

Log lines and errors name method and path, never a query, a header or a body.
"""

from __future__ import annotations

import hashlib
import logging
import ssl
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

import httpx
import msgspec

from extract.access import CREDENTIALS, Access, Action, Grant, Traffic, Verdict
from extract.answers import CHUNK, Unreadable, decoded, read
from extract.errors import (
    CredentialsRefused,
    Defer,
    ReadBudgetSpent,
    RequestRefused,
    SourceUnavailable,
    UnreadableAnswer,
)
from extract.tokens import Bearer

T = TypeVar("T")
Params = Mapping[str, str | Sequence[str]]  # a sequence: the name comes once for each

log = logging.getLogger("cxw.http")
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
JSON = {"Content-Type": "application/json"}
HUBSPOT_BAD_TOKEN = 530
LIMITED_WAIT = 60.0  # seconds to stay away from a source that limits every try


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try."""

    tries: int = 5
    first_wait: float = 0.5
    longest_backoff: float = 30.0
    longest_sleep: float = 120.0

    def backoff(self, tried: int) -> float:
        """Return the wait after so many failed tries, when the source names none."""
        return min(self.first_wait * 2.0 ** (tried - 1), self.longest_backoff)


class Client:
    """Talks to one source for one run."""

    def __init__(
        self,
        access: Access,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        patience: Patience | None = None,
        traffic: Traffic | None = None,
        spool: Path | None = None,
    ) -> None:
        self._spool = spool
        self.traffic = traffic or Traffic()
        self.now = now
        self._access = access
        self._sleep = sleep
        self._monotonic = monotonic
        self._patience = patience or Patience()
        self._sent: deque[float] = deque()
        for chatty in ("httpx", "httpcore"):  # they log whole URLs, query included
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._http = httpx.Client(
            base_url=access.base_url.rstrip("/"),
            headers={"Accept-Encoding": "gzip", **access.headers},
            auth=Bearer(access.auth, now) if isinstance(access.auth, Grant) else access.auth,
            timeout=TIMEOUT,
            trust_env=False,
            verify=_tls(),
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def get(self, path: str, params: Params, shape: type[T]) -> T:
        """Read a JSON answer of the given shape."""
        decode = msgspec.json.Decoder(shape).decode
        return self._ask("GET", path, lambda response: decoded(response, decode), params=params)

    def post(self, path: str, body: object, shape: type[T]) -> T:
        """Read the JSON answer to a question that is asked by POST (no source is written to)."""
        decode = msgspec.json.Decoder(shape).decode
        how = {"content": msgspec.json.encode(body), "headers": JSON}
        return self._ask("POST", path, lambda response: decoded(response, decode), **how)

    def lines(self, path: str) -> list[msgspec.Raw]:
        """Read an answer of one JSON record a line."""
        decode = msgspec.json.Decoder(msgspec.Raw).decode_lines
        return self._ask("GET", path, lambda response: decoded(response, decode))

    def put(self, path: str, content: bytes, kind: str) -> None:
        """Hand over what the source asked for, such as a list of ids."""
        headers = {"Content-Type": kind}
        self._ask("PUT", path, lambda _: None, content=content, headers=headers)

    def pause(self, seconds: float) -> None:
        """Wait before looking again, such as at a job that is not done."""
        self._sleep(seconds)

    def elsewhere(self, base_url: str) -> Client:
        """Return a client for another host, which is shown neither headers nor keys of this one."""
        return Client(
            Access(self._access.source, base_url),
            now=self.now,
            sleep=self._sleep,
            monotonic=self._monotonic,
            patience=self._patience,
            traffic=self.traffic,
            spool=self._spool,
        )

    def download(self, path: str, params: Params, *, size: int, md5: bytes | None) -> IO[bytes]:
        """Return a file's content in an unnamed temporary file, checked for size and any hash."""

        def kept(response: httpx.Response) -> IO[bytes]:
            content = tempfile.TemporaryFile(dir=self._spool)  # noqa: SIM115  (the caller closes)
            digest, got = hashlib.md5(usedforsecurity=False), 0
            for chunk in response.iter_bytes(CHUNK):
                content.write(chunk)
                digest.update(chunk)
                got += len(chunk)
                if got > size:
                    break  # it may never end
            if got != size or md5 not in {None, digest.digest()}:
                content.close()
                raise Unreadable(f"{got} bytes of {size}, or with another hash")
            content.seek(0)
            return content

        return self._ask("GET", path, kept, params=params)

    def _ask(self, method: str, path: str, use: Callable[[httpx.Response], T], **how: Any) -> T:
        """Send a request until its answer can be used, the tries are over or the wait too long."""
        place = f"{self._access.source}: {method} {path.partition('?')[0]}"
        problem, tried = "", 0
        error: type[SourceUnavailable] = SourceUnavailable
        while tried < self._patience.tries:
            self._keep_pace(place)
            tried += 1
            self.traffic.requests += 1
            wait: float | None = None
            status: int | None = None
            throttled = False
            try:
                with self._http.stream(method, path, **how) as response:
                    status = self.traffic.last_status = response.status_code
                    verdict = self._judge(response)
                    if verdict.action is Action.OK:
                        answer = use(response)
                        self.traffic.bytes += response.num_bytes_downloaded
                        return answer
                self._stop_if_final(place, verdict, status)
                problem, error, wait = verdict.reason, SourceUnavailable, verdict.after
                throttled = verdict.is_limit
            except (Unreadable, httpx.RemoteProtocolError, httpx.DecodingError) as caught:
                problem, error = _told(caught), UnreadableAnswer
            except httpx.TransportError as caught:
                problem, error = type(caught).__name__, SourceUnavailable
            wait = self._patience.backoff(tried) if wait is None else wait
            if wait > self._patience.longest_sleep:
                raise Defer(wait, f"{place} asks for {wait:.0f} s ({problem})", http_status=status)
            if throttled and tried >= self._patience.tries:
                raise Defer(
                    max(wait, LIMITED_WAIT),
                    f"{place} answered {problem} {tried} times in a row",
                    "somebody else uses the same quota",
                    http_status=status,
                )
            if tried < self._patience.tries:
                self.traffic.retries += 1
                log.info("retry %s try=%d wait=%.1f problem=%s", place, tried, wait, problem)
                self._sleep(wait)
        raise error(
            f"{place} failed {tried} times, last with {problem}",
            "without a whole answer nothing is landed",
            "look at the vendor's status page, then run the same window again",
            http_status=self.traffic.last_status,
        )

    def _judge(self, response: httpx.Response) -> Verdict:
        if not response.is_success:
            response = read(response)
        now = self.now()
        with suppress(KeyError, ValueError):  # the source's own clock, where it shows it
            now = parsedate_to_datetime(response.headers["date"])
        return self._access.verdict(response, now)

    def _stop_if_final(self, place: str, verdict: Verdict, status: int) -> None:
        if verdict.action is Action.RETRY:
            return
        seen = f"{place} answered {verdict.reason}"
        if verdict.action is Action.EXHAUSTED:
            spent, then = "the paid quota is used up", "wait for the next period or buy more"
            raise ReadBudgetSpent(seen, spent, then, http_status=status)
        if verdict.action is Action.DENIED or status in {*CREDENTIALS, HUBSPOT_BAD_TOKEN}:
            raise CredentialsRefused(
                seen,
                "the source does not accept the credentials, or they lack a permission",
                "check token and scopes of this source, then run the same window again",
                http_status=status,
            )
        why, advice = "it would refuse the same request again", "check the settings of the source"
        raise RequestRefused(seen, why, advice, http_status=status)

    def _keep_pace(self, place: str) -> None:
        pace = self._access.pace
        if not pace.requests:
            return
        now = self._monotonic()
        while self._sent and self._sent[0] <= now - pace.seconds:
            self._sent.popleft()
        if len(self._sent) >= pace.requests:
            wait = self._sent[0] + pace.seconds - now
            if wait > self._patience.longest_sleep:
                raise Defer(wait, f"{place} must wait {wait:.0f} s to keep the source's pace")
            self._sleep(wait)
            self._sent.popleft()
            now += wait
        self._sent.append(now)


@cache
def _tls() -> ssl.SSLContext:
    """Read the trusted certificates once a process: each reading costs more than a small pull."""
    return httpx.create_ssl_context(trust_env=False)


def _told(error: Exception) -> str:
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, httpx.DecodingError):
        return "a body that cannot be unpacked"
    return "an answer that was cut short"
