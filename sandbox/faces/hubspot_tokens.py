"""Who may ask HubSpot: the private app by its token, an OAuth app by tokens of thirty minutes.

`POST /oauth/v1/token` (and `/oauth/2026-03/token`) takes the refresh token, which stays the same.
A token that has expired or was never given is answered with 401, one that cannot be a token at all
with 530. `token_uses` (an option) lets each OAuth token serve so many requests and no more.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from sandbox.faces.hubspot_answers import error, malformed_token, unauthorized
from sandbox.faces.wire import Reply, Request, json_reply, stable_id

TOKEN = "sandbox-hubspot-token"  # noqa: S105 - the sandbox's published token
CLIENT_ID, CLIENT_SECRET = "sandbox-hubspot-client", "sandbox-hubspot-secret"
REFRESH_TOKEN = "sandbox-hubspot-refresh"  # noqa: S105
LIFE = timedelta(minutes=30)
SHAPE = re.compile(r"Bearer [A-Za-z0-9._~+/-]+=*")
RENEWAL = re.compile(r"/oauth/(?:v1|\d{4}-\d{2})/token/?")


class Tokens:
    """The OAuth tokens that were given out, with their ends."""

    def __init__(self) -> None:
        self._given: dict[str, datetime] = {}
        self._uses: dict[str, int] = {}
        self.token_uses: int | None = None

    def answered(self, request: Request) -> Reply | None:
        """Give a token, or the refusal of a request that may not be answered, None when it may."""
        if request.method == "POST" and RENEWAL.fullmatch(request.path):
            return self._renewed(request)
        header = request.headers.get("authorization", "")
        if header == "Bearer " + TOKEN:
            return None
        if header.startswith("Bearer") and not SHAPE.fullmatch(header):
            return malformed_token(request)
        token = header.removeprefix("Bearer ")
        end, used = self._given.get(token), self._uses.get(token, 0)
        spent = self.token_uses is not None and used >= self.token_uses
        if end is None or spent or request.now >= end:
            return unauthorized(request)
        self._uses[token] = used + 1
        return None

    def _renewed(self, request: Request) -> Reply:
        """Give a new token to who has the three values, all of them in the body."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") != "refresh_token":
            return error(request, 400, "BAD_GRANT_TYPE", "missing or unknown grant type")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return error(request, 400, "BAD_CLIENT_SECRET", "missing or unknown client")
        if form.get("refresh_token") != REFRESH_TOKEN:
            return error(request, 400, "BAD_REFRESH_TOKEN", "missing or unknown refresh token")
        token = "oauth-" + stable_id("hubspot token", len(self._given))
        self._given[token] = request.now + LIFE
        body = {
            "token_type": "bearer",
            "access_token": token,
            "refresh_token": REFRESH_TOKEN,
            "expires_in": int(LIFE.total_seconds()),
        }
        return json_reply(200, body)
