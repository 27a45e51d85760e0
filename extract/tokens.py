"""Tokens that expire: asked for when first needed, and once more when a source refuses one."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime

import httpx
import msgspec

from extract.access import Grant


class Bearer(httpx.Auth):
    """Sends each request with a token of the grant.

    An answer that says that the token has expired renews it and sends the request again, once. When
    no token is given, the answer of the token's own endpoint is handed on, so that the source's
    verdict judges it like any other.
    """

    def __init__(self, grant: Grant, now: Callable[[], datetime]) -> None:
        self._grant = grant
        self._now = now
        self._token: str | None = None

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield the requests that it takes; httpx sends them and hands back the answers."""
        for is_last in (False, True):
            if self._token is None:
                answer = yield self._grant.request(self._now())
                answer.read()
                if not answer.is_success:
                    return
                self._token = _token(answer.content, self._grant.token)
            request.headers["Authorization"] = f"Bearer {self._token}"
            answer = yield request
            if is_last or not self._grant.expired(answer):
                return
            self._token = None


def _token(content: bytes, key: str) -> str:
    """Read the token; an answer without one gives one that every source refuses.

    An answer that is cut or a page of something else is no answer: it is asked for again.
    """
    try:
        answer = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        return msgspec.json.decode(answer[key], type=str)
    except (msgspec.ValidationError, KeyError):
        return "none"
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise httpx.DecodingError("a token's answer that is no JSON") from None
