"""Where tokens come from in production: connections, whichever secrets backend holds them."""

# ruff: noqa: PLC0415  (Airflow reads its environment when it is imported, so fixtures come first)

import json
from pathlib import Path
from typing import Any

import pytest

from extract import SOURCES
from ops import settings as ops_settings
from ops.settings import Settings, source_settings

CANARY = "canary-of-the-connection"
HOST = "http://127.0.0.1:9/zendesk"
EXTRA = {"email": "ops@northwind.example", "requests_per_minute": 60}


@pytest.fixture
def given(bag: Any, tmp_path: Path) -> Settings:
    values = {
        "CXW_DATA_DIR": str(tmp_path),
        "CXW_ZENDESK_BASE_URL": "http://127.0.0.1:9/old",
        "CXW_ZENDESK_API_TOKEN": "old-token-of-the-environment",
        "CXW_HUBSPOT_BASE_URL": "http://127.0.0.1:9/hubspot",
        "CXW_HUBSPOT_TOKEN": "hubspot-token",
    }
    return ops_settings.load(values, working_dir=tmp_path)


def connect(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    said = {"conn_type": "http", "host": HOST, "password": CANARY, "extra": EXTRA, **changes}
    monkeypatch.setenv("AIRFLOW_CONN_CXW_ZENDESK", json.dumps(said))


def zendesk(settings: Settings) -> Any:
    return source_settings(settings, SOURCES["zendesk"])


def test_a_connection_takes_the_place_of_the_environment(
    given: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from _connections import connected

    connect(monkeypatch)
    found = connected(given, ["zendesk", "hubspot"])
    assert (zendesk(found).base_url, zendesk(found).api_token) == (HOST, CANARY)
    assert (zendesk(found).email, zendesk(found).requests_per_minute) == (EXTRA["email"], 60)
    assert source_settings(found, SOURCES["hubspot"]).token == "hubspot-token"


def test_a_host_without_a_scheme_is_https(given: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from _connections import connected

    connect(monkeypatch, host="northwind.zendesk.com")
    assert zendesk(connected(given, ["zendesk"])).base_url == "https://northwind.zendesk.com"


@pytest.mark.parametrize("host", ["/srv/drop", "s3://bucket/drop", "http://127.0.0.1:9"])
def test_an_address_that_is_whole_stays_as_it_is(
    given: Settings, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    from _connections import connected

    connect(monkeypatch, host=host)
    assert zendesk(connected(given, ["zendesk"])).base_url == host


def test_a_field_that_no_connector_has_is_refused_by_name(
    given: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from _connections import connected

    connect(monkeypatch, extra={**EXTRA, "tokn": "x"})
    with pytest.raises(ops_settings.ConfigurationError, match="CXW_ZENDESK_TOKN"):
        zendesk(connected(given, ["zendesk"]))


def test_a_secrets_backend_gives_connections_unchanged(
    given: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from _connections import connected

    file = tmp_path / "connections.json"
    said = {"conn_type": "http", "host": HOST, "password": CANARY, "extra": EXTRA}
    file.write_text(json.dumps({"cxw_zendesk": said}))
    where = json.dumps({"connections_file_path": str(file)})
    backend = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", backend)
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", where)
    assert zendesk(connected(given, ["zendesk"])).api_token == CANARY


def test_what_is_secret_is_masked_in_logs(given: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from _connections import connected
    from airflow.sdk._shared.secrets_masker import redact

    connect(monkeypatch)
    connected(given, ["zendesk"])
    assert redact(f"token {CANARY}") == "token ***"
    assert redact("token hubspot-token") == "token ***"
