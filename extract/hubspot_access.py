"""How a HubSpot portal wants to be asked: its settings, tokens, paths and limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx

from extract.access import Access, Action, Grant, Pace, Verdict, body_of, default_verdict
from extract.source import DAY, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICIES = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}
OLDER = {  # where an area lies outside of the CRM's prefix, until a dated version is asked for
    "associations": "/crm/v4/associations",
    "communication-preferences": "/communication-preferences/v4",
    "oauth": "/oauth/v1",
}


class HubSpotSettings(Settings, frozen=True, kw_only=True):
    """How to reach a portal; `base_url` is like https://api.hubapi.com.

    Either `token` of a private app, or the three values of an OAuth app that was installed.
    """

    token: str = ""
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    path_prefix: str = "/crm/v3"
    requests_per_second: int = 5
    time_zone: str = "UTC"

    def path(self, area: str, *names: str) -> str:
        """Return a path of an area of the API, in the version that the prefix names."""
        crm, _, dated = self.path_prefix.partition("/objects/")
        if not dated:
            head = OLDER.get(area, f"{crm}/{area}")
        elif area in {"communication-preferences", "oauth"}:
            head = f"/{area}/{dated}"
        else:
            head = f"{crm}/{area}/{dated}"
        return "/".join((head, *names))


def access(settings: HubSpotSettings) -> Access:
    """Return how the portal wants to be asked; a limit is told by its policy's name."""

    def verdict(response: httpx.Response, now: datetime) -> Verdict:
        usual, policy = default_verdict(response, now), body_of(response).get("policyName")
        wait = POLICIES.get(str(policy)) if usual.after is None else usual.after
        if policy == "DAILY":
            local = now.astimezone(ZoneInfo(settings.time_zone))
            midnight = (local + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
            wait = (midnight - local).total_seconds()
        is_renewal = response.request.url.path.endswith(renewed_at)
        if is_renewal and response.status_code == httpx.codes.BAD_REQUEST:
            return Verdict(Action.DENIED, None, usual.reason)  # a refresh token that was withdrawn
        return replace(usual, after=wait)

    renewed_at = settings.path("oauth", "token")
    headers: Mapping[str, str] = {"Authorization": f"Bearer {settings.token}"}
    grant = None
    if not settings.token:
        headers, grant = {}, Grant(lambda _: renewal(settings))
    pace = Pace(settings.requests_per_second, 1.0)
    return Access("hubspot", settings.base_url, headers, grant, verdict, pace)


def renewal(settings: HubSpotSettings) -> httpx.Request:
    """Return the request for a token of thirty minutes; all values go in the body."""
    form = {
        "grant_type": "refresh_token",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "refresh_token": settings.refresh_token,
    }
    where = settings.base_url.rstrip("/") + settings.path("oauth", "token")
    return httpx.Request("POST", where, data=form)
