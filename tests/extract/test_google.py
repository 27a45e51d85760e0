"""Google's sign-in and how it says "slow down"."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest

from extract import google
from extract.access import Action, Grant
from extract.errors import CredentialsRefused
from sandbox.google_key import EMAIL, KEY_ID, key_file, private_key

NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)  # 17:10 of the ninth in California
TOKEN_URI = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/webmasters.readonly"


def signed_in(**how: str) -> Any:
    settings = google.GoogleSettings(base_url="https://x.example", **how)
    return google.access("ga4", settings, "https://x.example", SCOPE)


def refusal(status: int, error: Any, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": error}, headers=headers)


def quota(message: str, status: int = 429, reason: str = "") -> httpx.Response:
    error: dict[str, Any] = {"code": status, "message": message, "status": "RESOURCE_EXHAUSTED"}
    if reason:
        error |= {"status": "PERMISSION_DENIED", "errors": [{"reason": reason}]}
    return refusal(status, error)


@pytest.mark.parametrize("way", ["inline", "file"])
def test_a_key_signs_an_assertion_for_its_scopes(tmp_path: Path, way: str) -> None:
    (tmp_path / "key.json").write_text(key_file(TOKEN_URI))
    given = {
        "inline": {"service_account_key": key_file(TOKEN_URI)},
        "file": {"key_file": str(tmp_path / "key.json")},
    }
    auth = signed_in(**given[way]).auth
    assert isinstance(auth, Grant)
    request = auth.request(NOW)
    form = parse_qs(request.content.decode())
    assert (request.method, str(request.url)) == ("POST", TOKEN_URI)
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    (assertion,) = form["assertion"]
    assert jwt.get_unverified_header(assertion) == {"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}
    told = jwt.decode(
        assertion,
        private_key().public_key(),
        algorithms=["RS256"],
        audience=TOKEN_URI,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert told == {
        "iss": EMAIL, "scope": SCOPE, "aud": TOKEN_URI, "iat": 1783642200, "exp": 1783645800
    }  # fmt: skip


def test_a_token_wins_over_a_key() -> None:
    access = signed_in(token="given", service_account_key=key_file(TOKEN_URI))
    assert (access.auth, access.headers) == (None, {"Authorization": "Bearer given"})


def test_without_credentials_the_source_is_left_to_say_no() -> None:
    access = signed_in()
    assert (access.auth, access.headers) == (None, {})


@pytest.mark.parametrize("text", ["no json", "{}", '{"client_email": 3}'])
def test_a_key_of_another_form_is_told_without_its_content(text: str) -> None:
    with pytest.raises(CredentialsRefused, match="no service account's key file") as caught:
        signed_in(service_account_key=text)
    assert text not in str(caught.value) or text == "{}"


def test_a_key_that_cannot_sign_is_told_without_its_content() -> None:
    broken = json.dumps({**json.loads(key_file(TOKEN_URI)), "private_key": "very-secret"})
    with pytest.raises(CredentialsRefused, match="private_key cannot sign") as caught:
        signed_in(service_account_key=broken).auth.request(NOW)
    assert "very-secret" not in str(caught.value)


def test_a_key_file_that_is_not_there_is_told_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(CredentialsRefused, match="CXW_GA4_KEY_FILE") as caught:
        signed_in(key_file=str(tmp_path / "gone.json"))
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("response", "after"),
    [
        (quota("Exhausted property tokens for a project per hour. These quota tokens will"), 3600),
        (quota("Exhausted property tokens per day. These quota tokens will return"), 24_600),
        (quota("Exhausted concurrent requests quota."), None),
        (quota("Search Analytics QPS quota exceeded.", 403, "quotaExceeded"), 60),
        (quota("Search Analytics QPS quota exceeded.", 429, "rateLimitExceeded"), 60),
        (quota("Search Analytics load quota exceeded.", 403, "quotaExceeded"), 900),
        (quota("Daily Limit Exceeded.", 403, "dailyLimitExceeded"), 24_600),
        (refusal(429, {"status": "RESOURCE_EXHAUSTED"}, **{"Retry-After": "7"}), 7),
    ],
)  # 24,600 s: from 17:10 to midnight in California
def test_a_quota_is_waited_for_as_its_message_says(
    response: httpx.Response, after: float | None
) -> None:
    verdict = google.verdict(response, NOW)
    assert (verdict.action, verdict.after) == (Action.RETRY, after)


def test_a_missing_permission_is_no_quota() -> None:
    told = {"code": 403, "status": "PERMISSION_DENIED", "errors": [{"reason": "forbidden"}]}
    assert google.verdict(refusal(403, told), NOW).action is Action.FATAL


def test_a_key_that_google_does_not_know_is_refused_credentials() -> None:
    verdict = google.verdict(refusal(400, "invalid_grant"), NOW)
    assert (verdict.action, verdict.reason) == (Action.DENIED, "status 400 invalid_grant")
