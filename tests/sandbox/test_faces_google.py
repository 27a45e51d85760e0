"""Google over HTTP: the token endpoint, GA4's Data API and Search Console."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest

from sandbox.faces import ga4_data, search_console
from sandbox.google_key import EMAIL, private_key
from sandbox.world import World
from tests.sandbox.standin import NOW, START, opened

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = "https://www.googleapis.com/auth/"
GA4 = {"Authorization": "Bearer sandbox-ga4-token"}
SEARCH = {"Authorization": "Bearer sandbox-search-token"}
REPORT = "/analyticsdata/v1beta/properties/312345678:runReport"
QUERY = "/search_console/webmasters/v3/sites/sc-domain%3Anorthwind.example/searchAnalytics/query"


@pytest.fixture(scope="module")
def world():
    return World(7, 300, START)


@pytest.fixture
def client(world):
    with opened(world) as client:
        yield client


def assertion(client, key=None, **changes: Any) -> str:
    claims = {
        "iss": EMAIL,
        "scope": SCOPES + "webmasters.readonly",
        "aud": f"{client.base_url}/oauth2/token".replace("//oauth2", "/oauth2"),
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
        **changes,
    }
    return jwt.encode(claims, key or private_key(), algorithm="RS256")


def token(client, signed: str | None = None, grant: str = GRANT):
    form = {"grant_type": grant, "assertion": signed or assertion(client)}
    return client.post("/oauth2/token", data=form)


def bearer(client, **changes: Any) -> dict[str, str]:
    given = token(client, assertion(client, **changes)).json()["access_token"]
    return {"Authorization": f"Bearer {given}"}


def report(client, headers=None, **changes: Any):
    body = {
        "dateRanges": [{"startDate": "2026-07-04", "endDate": "2026-07-04"}],
        "dimensions": [{"name": "date"}, {"name": "deviceCategory"}],
        "metrics": [{"name": "sessions"}, {"name": "keyEvents"}],
        "limit": "100",
        **changes,
    }
    return client.post(REPORT, json=body, headers=headers or GA4)


def query(client, headers=None, path=QUERY, **changes: Any):
    body = {
        "startDate": "2026-07-04",
        "endDate": "2026-07-04",
        "dimensions": ["date", "query", "device"],
        **changes,
    }
    return client.post(path, json=body, headers=headers or SEARCH)


# Tokens


def test_an_assertion_gives_a_token_of_an_hour(client):
    answer = token(client).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert query(client, headers).status_code == 200


def test_a_token_expires_after_an_hour_of_the_company_s_clock(client):
    headers = bearer(client)
    for minutes, status in ((59, 200), (60, 401)):
        now = (NOW + timedelta(minutes=minutes)).isoformat()
        client.post("/__clock", json={"now": now})
        assert query(client, headers).status_code == status


def test_tokens_can_be_expired_by_an_option(client):
    headers = bearer(client)
    assert client.get("/__options").json()["google_token_seconds"] == 3600
    client.post("/__options", json={"google_token_seconds": 3600})
    refused = query(client, headers)
    assert refused.status_code == 401
    assert refused.json()["error"]["status"] == "UNAUTHENTICATED"


def test_an_assertion_of_another_key_is_refused(client):
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    strange = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    refused = token(client, assertion(client, strange))
    assert refused.status_code == 400
    assert refused.json() == {
        "error": "invalid_grant", "error_description": "Invalid JWT Signature."
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"iss": "somebody@else.example"}, "account not found"),
        ({"aud": "https://oauth2.googleapis.com/token"}, "Signature"),
        ({"exp": int(NOW.timestamp()) + 3601}, "short-lived"),
        ({"iat": int(NOW.timestamp()) - 7200, "exp": int(NOW.timestamp()) - 3600}, "short-lived"),
        ({"iat": int(NOW.timestamp()) + 600, "exp": int(NOW.timestamp()) + 1200}, "short-lived"),
        ({"scope": "everything"}, "scope"),
    ],
)
def test_an_assertion_that_does_not_hold_gives_no_token(client, changes, told):
    refused = token(client, assertion(client, **changes))
    assert refused.status_code == 400
    assert told in refused.json()["error_description"]


def test_another_grant_is_not_supported(client):
    assert token(client, grant="refresh_token").json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("ask", [report, query])
def test_a_wrong_token_and_one_for_another_scope_are_told_apart(client, ask):
    wrong = ask(client, {"Authorization": "Bearer wrong"})
    other = ask(client, bearer(client, scope=SCOPES + "devstorage.read_only"))
    assert (wrong.status_code, wrong.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert (other.status_code, other.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


def test_one_token_may_hold_several_scopes(client):
    headers = bearer(client, scope=f"{SCOPES}devstorage.read_only {SCOPES}analytics.readonly")
    assert report(client, headers).status_code == 200
    assert client.get("/gcs/storage/v1/b/northwind-ga4-export/o", headers=headers).is_success


# The Data API


def test_a_report_has_positional_rows_of_text(client):
    body = report(client).json()
    assert [one["name"] for one in body["dimensionHeaders"]] == ["date", "deviceCategory"]
    assert body["metricHeaders"] == [
        {"name": "sessions", "type": "TYPE_INTEGER"}, {"name": "keyEvents", "type": "TYPE_FLOAT"}
    ]  # fmt: skip
    assert body["rowCount"] == len(body["rows"]) == 2
    row = body["rows"][0]
    assert [one["value"] for one in row["dimensionValues"]] == ["20260704", "mobile"]
    assert all(isinstance(one["value"], str) for one in row["metricValues"])
    assert body["kind"] == "analyticsData#runReport"
    assert "propertyQuota" not in body


def test_limit_and_offset_cut_the_report(client):
    whole = report(client).json()["rows"]
    assert report(client, limit="1").json()["rows"] == whole[:1]
    assert report(client, limit="1", offset="1").json()["rows"] == whole[1:]
    assert report(client, limit=1, offset=1).json()["rowCount"] == 2


def test_a_report_without_rows_leaves_rows_and_count_out(client):
    body = report(client, dateRanges=[{"startDate": "2026-06-04", "endDate": "2026-06-04"}]).json()
    assert "rows" not in body
    assert "rowCount" not in body
    assert len(body["metricHeaders"]) == 2


def test_the_quota_is_told_when_asked_for_and_goes_down(client):
    left = [
        report(client, returnPropertyQuota=True).json()["propertyQuota"]["tokensPerHour"]
        for _ in range(2)
    ]
    assert left == [{"consumed": 10, "remaining": 39_990}, {"consumed": 10, "remaining": 39_980}]


def test_the_project_s_tokens_of_an_hour_run_out(client, monkeypatch):
    quota = ga4_data.Rule(1, 3600.0)
    monkeypatch.setitem(ga4_data.QUOTAS, "tokensPerProjectPerHour", quota)
    first = report(client, returnPropertyQuota=True)
    assert first.json()["propertyQuota"]["tokensPerProjectPerHour"] == {"consumed": 10}
    refused = report(client)
    assert refused.status_code == 429
    assert refused.json()["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert "per hour" in refused.json()["error"]["message"]
    assert "Retry-After" not in refused.headers


@pytest.mark.parametrize(
    "changes",
    [
        {"dimensions": [{"name": "mood"}]},
        {"metrics": [{"name": "joy"}]},
        {"limit": "250001"},
        {"limit": "many"},
        {"dateRanges": []},
        {"dateRanges": [{"startDate": "2026-07-04", "endDate": "2026-07-05"}]},
    ],
)
def test_a_report_that_cannot_be_is_refused(client, changes):
    refused = report(client, **changes)
    assert refused.status_code == 400
    assert refused.json()["error"]["status"] == "INVALID_ARGUMENT"


# Search Console


def test_keys_stand_in_the_order_of_the_dimensions(client):
    straight = query(client).json()["rows"]
    turned = query(client, dimensions=["device", "query", "date"]).json()["rows"]
    assert straight[0]["keys"][0] == "2026-07-04"
    assert sorted(row["keys"] for row in straight) == sorted(row["keys"][::-1] for row in turned)


def test_rows_come_by_clicks_and_add_up(client):
    rows = query(client).json()["rows"]
    assert [row["clicks"] for row in rows] == sorted((row["clicks"] for row in rows), reverse=True)
    for row in rows:
        assert row["ctr"] == row["clicks"] / row["impressions"]
        assert row["position"] >= 1


def test_rare_queries_are_in_the_total_alone(client):
    def shown(*dimensions: str) -> int:
        return sum(
            one["impressions"] for one in query(client, dimensions=dimensions).json()["rows"]
        )

    assert shown("date") == shown("page") == shown("device", "country") > shown("query")


def test_a_page_behind_the_last_row_has_no_rows(client):
    rows = query(client).json()["rows"]
    assert query(client, startRow=len(rows)).json() == {"responseAggregationType": "byProperty"}
    half = query(client, rowLimit=5, startRow=5).json()["rows"]
    assert half == rows[5:10]


def test_detail_is_counted_by_page(client):
    for dimensions, kind in ((["date"], "byProperty"), (["page"], "byPage")):
        told = query(client, dimensions=dimensions).json()["responseAggregationType"]
        assert told == kind


def test_a_day_is_final_two_to_three_days_after_it_and_stays_as_it_is(client):
    seen = {}
    for passed in range(2, 8):
        for hour in (6, 7):
            client.post("/__clock", json={"now": f"2026-07-{4 + passed:02d}T{hour:02d}:00:00Z"})
            seen[passed, hour] = query(client).json().get("rows")
    first = min(at for at, rows in seen.items() if rows)
    assert first in {(3, 7), (4, 7)}
    assert all(rows == seen[first] for at, rows in seen.items() if at >= first)


def test_what_is_not_final_yet_is_named_when_all_is_asked_for(client):
    young = {"startDate": "2026-07-09", "endDate": "2026-07-09"}
    assert query(client, **young).json() == {"responseAggregationType": "byProperty"}
    told = query(client, **young, dataState="all").json()
    assert told["metadata"] == {"firstIncompleteDate": "2026-07-09"}
    assert "metadata" not in query(client, dataState="all").json()


def test_a_site_of_somebody_else_is_forbidden(client):
    path = QUERY.replace("northwind", "other")
    refused = query(client, path=path)
    assert refused.status_code == 403
    assert refused.json()["error"]["errors"][0]["reason"] == "forbidden"


def test_too_many_requests_of_a_minute_are_refused_with_403(client, monkeypatch):
    monkeypatch.setattr(search_console, "MINUTELY", search_console.Rule(1, 60.0))
    assert query(client).status_code == 200
    refused = query(client)
    assert refused.status_code == 403
    assert refused.json()["error"]["message"].startswith("Search Analytics QPS quota exceeded")
    assert refused.json()["error"]["errors"][0]["reason"] == "quotaExceeded"


@pytest.mark.parametrize(
    "changes",
    [
        {"dimensions": ["date", "mood"]},
        {"dimensions": ["date", "date"]},
        {"rowLimit": 25_001},
        {"rowLimit": 0},
        {"startRow": -1},
        {"startDate": "2026-07-05"},
        {"startDate": "July"},
        {"dataState": "soon"},
        {"aggregationType": "byProperty", "dimensions": ["page"]},
    ],
)
def test_a_query_that_cannot_be_is_refused(client, changes):
    assert query(client, **changes).status_code == 400


def test_the_same_day_is_the_same_in_another_sandbox(client):
    with opened(World(7, 300, START), NOW) as other:
        assert query(client).content == query(other).content
        assert report(client).content == report(other).content
