"""Google's token endpoint, and the tokens that it has given out.

`POST /token` with `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` and an assertion signed
by the service account's key (RS256), whose audience is this address. A token lives for an hour of
the company's clock and is good for the scopes that were asked for. Refusals are 400 with
`invalid_grant`, `invalid_scope` or `unsupported_grant_type`.

Where it differs: the sandbox's published tokens, for whoever has no key, never expire. There are no
refresh tokens and no consent pages.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import jwt

from sandbox.faces.wire import Reply, Request, json_reply, stable_id
from sandbox.google_key import EMAIL, private_key

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME_SECONDS = 3600.0
SKEW_SECONDS = 300.0
SCOPES = "https://www.googleapis.com/auth/"


class Denied(Exception):
    """The endpoint gives no token; `code` is what it answers."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Tokens:
    """The access tokens that were given out, until when, and for which scopes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._lifetime = LIFETIME_SECONDS
        self._number = 0

    @property
    def lifetime_seconds(self) -> float:
        """How long the next token lives."""
        return self._lifetime

    def live(self, seconds: float) -> None:
        """Let tokens live so long from now on; those given out before are forgotten."""
        with self._lock:
            self._lifetime = seconds
            self._known.clear()

    def give(self, now: datetime, scopes: frozenset[str]) -> str:
        """Give out a token."""
        with self._lock:
            self._number += 1
            token = f"ya29.sandbox-{stable_id('google', self._number)}"
            self._known[token] = (now + timedelta(seconds=self._lifetime), scopes)
            return token

    def refusal(self, request: Request, published: str, *scopes: str) -> Reply | None:
        """Give the refusal of a request without a good token, None when it may pass.

        `published` is the face's token that never expires; one of the scopes is enough.
        """
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token == published:
            return None
        with self._lock:
            until, granted = self._known.get(token, (None, frozenset()))
        if until is None or until <= request.now:
            return refused(
                401,
                "Request had invalid authentication credentials. Expected OAuth 2 access token, "
                "login cookie or other valid authentication credential.",
                "UNAUTHENTICATED",
                "authError",
            )
        if not granted & {SCOPES + scope for scope in scopes}:
            message = "Request had insufficient authentication scopes."
            return refused(403, message, "PERMISSION_DENIED", "insufficientPermissions")
        return None


class TokenEndpoint:
    """Answers as oauth2.googleapis.com."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def handle(self, request: Request) -> Reply:
        """Change an assertion for a token."""
        if (request.method, request.path) != ("POST", "/token"):
            return json_reply(404, {"error": "not_found"})
        try:
            scopes = _asked_scopes(request)
        except Denied as error:
            told = {"error": error.code, "error_description": str(error)}
            return json_reply(400, told)
        given = {
            "access_token": self._tokens.give(request.now, scopes),
            "expires_in": max(0, int(self._tokens.lifetime_seconds) - 1),
            "token_type": "Bearer",
        }
        return json_reply(200, given)

    def refusal(self, kind: str, request: Request) -> Reply:
        """Refuse for too many requests."""
        message = "Too many requests for this client."
        return limited(request, 429, message, "RESOURCE_EXHAUSTED", "rateLimitExceeded")


def refused(status: int, message: str, state: str, reason: str) -> Reply:
    """Answer as Google's newer APIs refuse; the older list of errors stands in it as well."""
    detail = {"message": message, "domain": "global", "reason": reason}
    body = {"error": {"code": status, "message": message, "errors": [detail], "status": state}}
    headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'}
    return json_reply(status, body, headers if status == 401 else {})


def limited(request: Request, status: int, message: str, state: str, reason: str = "") -> Reply:
    """Refuse for a quota, which names no time; a test may want one to be named."""
    error = {"code": status, "message": message, "status": state}
    if reason:
        error |= {"errors": [{"message": message, "domain": "usageLimits", "reason": reason}]}
    told = request.wait_seconds
    return json_reply(
        status, {"error": error}, {} if told is None else {"Retry-After": f"{told:g}"}
    )


def _asked_scopes(request: Request) -> frozenset[str]:
    """Give the scopes of an assertion that holds; raises Denied for any other."""
    form = parse_qs(request.body.decode("utf-8", "replace"))
    if form.get("grant_type") != [GRANT_TYPE]:
        raise Denied("unsupported_grant_type", "Invalid grant_type")
    try:
        claims = jwt.decode(
            form.get("assertion", [""])[0],
            private_key().public_key(),
            algorithms=["RS256"],
            audience=f"{request.base_url}/token",
            issuer=EMAIL,
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.InvalidIssuerError:
        raise Denied("invalid_grant", "Invalid grant: account not found") from None
    except jwt.InvalidTokenError:
        raise Denied("invalid_grant", "Invalid JWT Signature.") from None
    now, begun, ends = request.now.timestamp(), claims.get("iat", 0), claims.get("exp", 0)
    if not (0 < ends - begun <= LIFETIME_SECONDS and begun - SKEW_SECONDS <= now < ends):
        raise Denied(
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
            "timeframe. Check your iat and exp values in the JWT claim.",
        )
    scopes = frozenset(str(claims.get("scope", "")).split())
    if not scopes or not all(scope.startswith(SCOPES) for scope in scopes):
        raise Denied("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    return scopes
