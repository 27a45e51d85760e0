"""What Google's APIs share: sign-in with a service account's key, and how they say "slow down".

A key signs an assertion (JWT, RS256), and the token endpoint gives an access token of an hour for
it. An access token that somebody else renews may be given instead, and then wins.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from extract.access import (
    Access,
    Action,
    Grant,
    Pace,
    Verdict,
    body_of,
    default_verdict,
    retry_after,
)
from extract.errors import CredentialsRefused
from extract.source import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = timedelta(hours=1)
PACIFIC = ZoneInfo("America/Los_Angeles")  # Google's days, and those of its quotas
HOUR = 3600.0
USAGE = {"quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded"}
LOAD_WAIT = 900.0  # the load quota is counted in chunks of ten minutes
QPS_WAIT = 60.0


class GoogleSettings(Settings, frozen=True, kw_only=True):
    """How to sign in: a service account's key as JSON text or as a file, or a token."""

    service_account_key: str = ""
    key_file: str = ""
    token: str = ""


class ServiceAccount(msgspec.Struct):
    """The fields of a key file that signing needs."""

    client_email: str
    private_key: str
    token_uri: str
    private_key_id: str | None = None


def access(
    source: str, settings: GoogleSettings, base_url: str, scopes: str, pace: Pace | None = None
) -> Access:
    """Return how an API wants to be asked; without credentials its own refusal will tell."""
    pace = pace or Pace()
    if settings.token:
        headers = {"Authorization": f"Bearer {settings.token}"}
        return Access(source, base_url, headers, verdict=verdict, pace=pace)
    text = settings.service_account_key or _read(source, settings.key_file)
    auth = Grant(assertion(_account(text), scopes)) if text else None
    return Access(source, base_url, auth=auth, verdict=verdict, pace=pace)


def assertion(account: ServiceAccount, scopes: str) -> Callable[[datetime], httpx.Request]:
    """Return what makes the request for a token at a moment."""

    def request(now: datetime) -> httpx.Request:
        import httpx  # noqa: PLC0415
        import jwt  # noqa: PLC0415  (only who signs pays for cryptography)

        claims = {
            "iss": account.client_email,
            "scope": scopes,
            "aud": account.token_uri,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
        }
        head = {"kid": account.private_key_id} if account.private_key_id else None
        try:
            signed = jwt.encode(
                claims, _loaded(account.private_key), algorithm="RS256", headers=head
            )
        except (ValueError, TypeError, jwt.PyJWTError):
            raise _useless("its private_key cannot sign") from None
        asked = {"grant_type": GRANT_TYPE, "assertion": signed}
        return httpx.Request("POST", account.token_uri, data=asked)

    return request


@cache
def _loaded(private_key: str) -> Any:
    """Read a key once a process: to check that it is sound costs a hundred signatures."""
    from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415

    return RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(private_key)


def verdict(response: httpx.Response, now: datetime) -> Verdict:
    """Read Google's limits, which name no time: the message says which quota it is."""
    usual = default_verdict(response, now)
    if response.status_code == 400 and usual.reason.endswith("invalid_grant"):
        return Verdict(Action.DENIED, None, usual.reason)
    error = body_of(response).get("error")
    if response.status_code not in {403, 429} or not isinstance(error, dict):
        return usual
    message, reason = str(error.get("message", "")), _reason(error)
    if error.get("status") != "RESOURCE_EXHAUSTED" and reason not in USAGE:
        return usual
    told = f"status {response.status_code} {reason or 'RESOURCE_EXHAUSTED'}"
    after = retry_after(response, now)
    if after is None:
        after = _wait(message.lower(), reason, now)
    return Verdict(Action.RETRY, after, told, is_limit=True)


def until_tomorrow(now: datetime) -> float:
    """Return the seconds to midnight in California, when the quotas of a day are fresh."""
    here = now.astimezone(PACIFIC)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp() - now.timestamp()


def _wait(message: str, reason: str, now: datetime) -> float | None:
    """Return the seconds until a quota is fresh; None where backing off is enough."""
    if "per day" in message or reason == "dailyLimitExceeded":
        return until_tomorrow(now)
    if "per hour" in message:
        return HOUR
    if "load quota" in message:
        return LOAD_WAIT
    return QPS_WAIT if "qps quota" in message else None


def _reason(error: Mapping[str, Any]) -> str:
    """Return the reason of the first of the errors, as the older APIs list them."""
    listed = error.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else {}
    return str(first.get("reason", "")) if isinstance(first, dict) else ""


def _read(source: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8") if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsRefused(
            f"{source}: the key file cannot be read ({type(error).__name__})",
            "without a key there is no token to ask the source with",
            f"check the path in CXW_{source.upper()}_KEY_FILE and who may read the file",
        ) from None


def _account(text: str) -> ServiceAccount:
    try:
        return msgspec.json.decode(text, type=ServiceAccount)
    except msgspec.MsgspecError:
        raise _useless("it needs client_email, private_key and token_uri") from None


def _useless(why: str) -> CredentialsRefused:
    return CredentialsRefused(
        "the key is no service account's key file",
        why,
        "create a JSON key of the service account in Google Cloud, IAM",
    )
