"""What a client of the simulated company is told: for each source where it is, and with what key.

`GET /__settings` gives this, so that nobody who starts the sandbox has to know its vendors. The
names are those of the connectors' settings; `{origin}` is where the server listens, `{drop}` the
folder that teams export to.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.google_key import key_file

GOOGLE_KEY = key_file("{origin}/oauth2/token")

CLIENTS: Mapping[str, Mapping[str, str]] = {
    "zendesk": {
        "base_url": "{origin}/zendesk",
        "email": "ops@northwind.example",
        "api_token": "sandbox-zendesk-token",
        "requests_per_minute": "600",
    },
    "hubspot": {"base_url": "{origin}/hubspot", "token": "sandbox-hubspot-token"},
    "ga4": {
        "base_url": "{origin}/gcs",
        "service_account_key": GOOGLE_KEY,
        "bucket": "northwind-ga4-export",
        "property_id": "312345678",
        "data_api_url": "{origin}/analyticsdata",
    },
    "search_console": {
        "base_url": "{origin}/search_console",
        "service_account_key": GOOGLE_KEY,
        "site_url": "sc-domain:northwind.example",
        "requests_per_minute": "6000",
    },
    "x": {
        "base_url": "{origin}/x",
        "bearer_token": "sandbox-x-token",
        "account_id": "111",
        "query": '(@northwind OR "northwind" OR "voltara" OR "brightgrid") -is:retweet',
        "read_budget": "1000000",
    },
    "bluesky": {
        "base_url": "{origin}/bluesky",
        "handle": "northwind.example",
        "app_password": "sandbox-bluesky-password",
        "query": "northwind",
    },
    "servicenow": {
        "base_url": "{origin}/servicenow",
        "client_id": "northwind-warehouse",
        "client_secret": "sandbox-servicenow-secret",
    },
    "files": {"base_url": "{drop}"},
    "facebook": {
        "base_url": "{origin}/facebook",
        "token": "sandbox-facebook-token",
        "app_secret": "sandbox-facebook-secret",
        "page_id": "100200300400",
        "requests_per_minute": "6000",
    },
    "typeform": {
        "base_url": "{origin}/typeform",
        "token": "sandbox-typeform-token",
        "questions": "u6nXL7:nps=nps,why=comment;"
        "Wq3Fk1:ease=ces/1-7,ease_why=comment,happy=csat/1-5",
        "requests_per_second": "20",
    },
}


def clients_at(origin: str, drop: str = "") -> dict[str, dict[str, str]]:
    """Return the settings of every source for a server that listens at `origin`.

    Without a drop folder, what is read from there cannot be reached and is left out.
    """
    places = {"{origin}": origin, "{drop}": drop}
    reached = {
        source: {name: _filled(value, places) for name, value in values.items()}
        for source, values in CLIENTS.items()
    }
    return {source: values for source, values in reached.items() if values["base_url"]}


def _filled(value: str, places: Mapping[str, str]) -> str:
    for mark, place in places.items():
        value = value.replace(mark, place)
    return value
