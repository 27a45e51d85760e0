"""ServiceNow's Table API and Aggregate API as seen by an integration user.

`/api/now/table/{table}` and `/api/now/stats/{table}` (with `/v1`, `/v2`, too), basic authentication
or a bearer token of `POST /oauth_token.do`. Checked against docs.servicenow.com (Table API,
Aggregate API, inbound rate limits): 10,000 rows unless `sysparm_limit` says less, `Link` with
first, next, prev and last, `X-Total-Count` unless `sysparm_no_count`, an unreadable part of a query
ignored.

Quirks that are always on: values are text, references are objects with a link unless
`sysparm_exclude_reference_link`, and access rules take rows out of a page after the query chose
them. A row is hidden by a change of the world that sets `_hidden` on it. The system property
`glide.invalid_query.returns_no_rows` is a row of `sys_properties` whose `value` a change may set.

Where the vendor's words leave room: counts hold hidden rows as older releases count them; newer
ones answer 403 when the user may not read every row, which `servicenow.stats_refused` of
`sys_properties` switches on. Only the conditions of `servicenow_query` are known, joined by and.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

from sandbox.faces.quota import Limits, Rule, Spent
from sandbox.faces.servicenow_query import Query, read_query
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, json_reply, whole_number

USERNAME = "warehouse.reader"
PASSWORD = "sandbox-servicenow-password"  # noqa: S105 - the sandbox's published password
CLIENT_ID = "northwind-warehouse"
CLIENT_SECRET = "sandbox-servicenow-secret"  # noqa: S105
TOKEN = "sandbox-servicenow-token"  # noqa: S105

TABLES = ("incident", "sc_req_item", "task_sla", "sys_user_group", "sys_audit_delete")
REFERENCES = {
    "assigned_to": "sys_user",
    "assignment_group": "sys_user_group",
    "caller_id": "sys_user",
    "cat_item": "sc_cat_item",
    "manager": "sys_user",
    "opened_by": "sys_user",
    "parent_incident": "incident",
    "request": "sc_request",
    "requested_for": "sys_user",
    "schedule": "cmn_schedule",
    "sla": "contract_sla",
    "task": "task",
}
PATH = re.compile(r"/api/now/(?:v\d/)?(table|stats)/(\w+)/?")
HOURLY = Rule(5000, 3600.0)
RULE_ID = "be6bba0fc9a3"
MOST = 10_000
NO_ROWS, NO_COUNT = "glide.invalid_query.returns_no_rows", "servicenow.stats_refused"


class ServiceNow:
    """Answers as one instance."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits
        plain = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        self._accepted = {f"Basic {plain}", f"Bearer {TOKEN}"}

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        if request.path == "/oauth_token.do" and request.method == "POST":
            return _token(request)
        if request.headers.get("authorization") not in self._accepted:
            return json_reply(
                401,
                _problem("User Not Authenticated", "Required to provide Auth information"),
                {"WWW-Authenticate": 'Basic realm="Service-now"'},
            )
        spent = self._limits.take("servicenow", HOURLY)
        if not spent.allowed:
            return self._too_many(request, spent.reset_seconds)
        reply = self._route(request, PATH.fullmatch(request.path))
        return Reply(reply.status, reply.body, {**reply.headers, **_quota(request, spent)})

    def _route(self, request: Request, match: re.Match[str] | None) -> Reply:
        if match is None:
            detail = "Requested URI does not represent any resource"
            return json_reply(400, _problem(f"{detail}: {request.path}", ""))
        if request.method != "GET":
            return json_reply(403, _problem("Operation against the table is not allowed", "ACL"))
        if match[2] not in TABLES:
            return json_reply(400, _problem(f"Invalid table {match[2]}", ""))
        answer = self._table if match[1] == "table" else self._stats
        return answer(request, match[2])

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give `rate_limited` in the vendor's form."""
        return self._too_many(request, 1210.0) if kind == "rate_limited" else None

    def _too_many(self, request: Request, wait: float) -> Reply:
        detail = "Rate limit of 5000 requests per hour for Table API exceeded"
        wait = request.told_wait(wait)
        spent = Spent(False, HOURLY.limit, 0, wait)
        headers = {**_quota(request, spent), "Retry-After": str(max(1, round(wait)))}
        return json_reply(429, _problem("Rate limit exceeded", detail), headers)

    def _property(self, request: Request, name: str) -> bool:
        found = self._view.newest("servicenow.sys_properties", request.now).get(name, {})
        return str(found.get("value")).lower() == "true"

    def _matching(self, request: Request, table: str) -> tuple[list[Record], frozenset[str]]:
        """Give all rows that fit the query, those that access rules hide among them."""
        rows, known = self._rows(request, table)
        query: Query = read_query(request.first("sysparm_query") or "", known)
        if not query.is_whole and self._property(request, NO_ROWS):
            return [], known
        asked = (table, request.now, query)
        return self._view.once("servicenow query", asked, lambda: query.matching(rows)), known

    def _rows(self, request: Request, table: str) -> tuple[list[Record], frozenset[str]]:
        def build() -> tuple[list[Record], frozenset[str]]:
            newest = self._view.newest(f"servicenow.{table}", request.now).values()
            rows = [record for record in newest if "_gone" not in record]
            known = frozenset(name for record in rows[:1] for name in record)
            return rows, known | {"sys_id", "sys_created_on", "sys_updated_on"}

        return self._view.once(f"servicenow {table}", request.now, build)

    def _table(self, request: Request, table: str) -> Reply:
        found, _ = self._matching(request, table)
        asked = whole_number(request.first("sysparm_limit"))
        size = request.page_size(MOST if asked is None or asked < 0 else asked)
        first = max(0, whole_number(request.first("sysparm_offset")) or 0)
        page = [record for record in found[first : first + size] if not record.get("_hidden")]
        wanted = request.listed("sysparm_fields")
        is_linked = request.first("sysparm_exclude_reference_link") != "true"
        headers = {"Link": _links(request, first, size, len(found))}
        if request.first("sysparm_no_count") != "true":
            headers["X-Total-Count"] = str(len(found))
        shown = [_shown(record, wanted, request, is_linked=is_linked) for record in page]
        return json_reply(200, {"result": shown}, headers)

    def _stats(self, request: Request, table: str) -> Reply:
        found, _ = self._matching(request, table)
        if self._property(request, NO_COUNT) and any(
            record.get("_hidden") for record in self._rows(request, table)[0]
        ):
            return json_reply(403, _problem("User Not Authorized", "Failed API level ACL"))
        if request.first("sysparm_count") != "true":
            return json_reply(200, {"result": {"stats": {}}})
        return json_reply(200, {"result": {"stats": {"count": str(len(found))}}})


def _token(request: Request) -> Reply:
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    wanted = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    if form != wanted:
        refused = {"error_description": "access_denied", "error": "server_error"}
        return json_reply(401, refused)
    token = {"access_token": TOKEN, "scope": "useraccount", "token_type": "Bearer"}
    return json_reply(200, {**token, "expires_in": 1799})


def _shown(
    record: Record, wanted: list[str], request: Request, *, is_linked: bool
) -> dict[str, object]:
    names = [n for n in record if not n.startswith("_") and (not wanted or n in wanted)]
    if not is_linked:
        return {name: record[name] for name in names}
    return {name: _linked(name, record[name], request) for name in names}


def _linked(name: str, value: object, request: Request) -> object:
    if name not in REFERENCES or not value:
        return value
    link = f"{request.base_url}/api/now/table/{REFERENCES[name]}/{value}"
    return {"link": link, "value": value}


def _links(request: Request, first: int, size: int, total: int) -> str:
    places = {"first": 0}
    if first + size < total:
        places["next"] = first + size
    if first:
        places["prev"] = max(0, first - size)
    places["last"] = (total - 1) // size * size if total and size else 0
    if request.first("sysparm_no_count") == "true":
        del places["last"]
    keep = {k: v[0] for k, v in request.query.items() if k != "sysparm_offset"}
    here = f"{request.base_url}{request.path}?"
    return ",".join(
        f'<{here}{urlencode({**keep, "sysparm_offset": at})}>;rel="{name}"'
        for name, at in places.items()
    )


def _quota(request: Request, spent: Spent) -> Mapping[str, str]:
    reset = int(request.now.timestamp() + spent.reset_seconds)
    return {
        "X-RateLimit-Limit": str(spent.limit),
        "X-RateLimit-Reset": str(reset),
        "X-RateLimit-Rule": RULE_ID,
    }


def _problem(message: str, detail: str) -> dict[str, object]:
    return {"error": {"message": message, "detail": detail}, "status": "failure"}
