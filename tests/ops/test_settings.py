"""The settings: read once, refuse by name, show no secret."""

from pathlib import Path

import msgspec
import pytest

from extract.source import Settings as SourceSettings
from extract.source import Source
from ops import settings as ops_settings
from ops.settings import ConfigurationError


class DeskSettings(SourceSettings, frozen=True, kw_only=True):
    api_token: str
    requests_per_minute: int = 10


DESK = Source("desk", DeskSettings, lambda _: None, ())  # type: ignore[arg-type, return-value]


def load(tmp_path: Path, **values: str) -> ops_settings.Settings:
    return ops_settings.load({f"CXW_{k}": v for k, v in values.items()}, working_dir=tmp_path)


def test_settings_default_to_the_simulated_company_in_data(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert found.sandbox == "embedded"
    assert found.data_dir == tmp_path / "data"


def test_settings_turn_the_sandbox_off_when_a_source_is_configured(tmp_path: Path) -> None:
    assert load(tmp_path, DESK_BASE_URL="http://127.0.0.1").sandbox == "off"


def test_settings_read_dotenv_and_let_the_environment_win(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('CXW_RELEASES_KEPT=7\nCXW_START="2026-07-01"\n')
    found = load(tmp_path, RELEASES_KEPT="9")
    assert found.releases_kept == 9
    assert found.start is not None
    assert f"{found.start:%Y-%m-%d}" == "2026-07-01"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SANDBOX", "on", "embedded, off"),
        ("START", "July", "YYYY-MM-DD"),
        ("RELEASES_KEPT", "0", "at least 1"),
        ("PATIENCE_SECONDS", "-5", "at least 1"),
    ],
)
def test_settings_refuse_an_impossible_value(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, **{name: value})
    assert f"CXW_{name}={value}" in caught.value.seen
    assert words in str(caught.value)


def test_settings_survive_the_way_to_a_child_process(tmp_path: Path) -> None:
    found = load(
        tmp_path, DESK_API_TOKEN="s3cret", START="2026-07-01", CLOCK_URL="http://x/__clock"
    )
    assert ops_settings.load(ops_settings.to_environ(found), working_dir=tmp_path) == found


def test_source_settings_name_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ops_settings.source_settings(load(tmp_path, DESK_BASE_URL="http://127.0.0.1"), DESK)
    assert caught.value.seen == "desk: CXW_DESK_API_TOKEN not set"
    assert ".env.example" in caught.value.next_step


def test_source_settings_refuse_a_field_that_nobody_reads(tmp_path: Path) -> None:
    found = load(tmp_path, DESK_BASE_URL="http://x", DESK_API_TOKEN="t", DESK_TOKN="t")
    with pytest.raises(ConfigurationError, match="CXW_DESK_TOKN is set"):
        ops_settings.source_settings(found, DESK)


def test_source_settings_name_a_value_of_the_wrong_type(tmp_path: Path) -> None:
    found = load(
        tmp_path, DESK_BASE_URL="http://x", DESK_API_TOKEN="t", DESK_REQUESTS_PER_MINUTE="many"
    )
    with pytest.raises(ConfigurationError, match="CXW_DESK_REQUESTS_PER_MINUTE"):
        ops_settings.source_settings(found, DESK)


def test_source_settings_convert_numbers(tmp_path: Path) -> None:
    found = load(
        tmp_path, DESK_BASE_URL="http://x", DESK_API_TOKEN="t", DESK_REQUESTS_PER_MINUTE="7"
    )
    assert msgspec.structs.asdict(ops_settings.source_settings(found, DESK)) == {
        "base_url": "http://x",
        "api_token": "t",
        "requests_per_minute": 7,
    }


def test_a_setting_of_no_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CXW_DSEK_TOKEN is set"):
        ops_settings.configured_sources(load(tmp_path, DSEK_TOKEN="t"), ["desk"])


def test_secrets_stay_out_of_every_representation(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        DESK_BASE_URL="http://x",
        DESK_API_TOKEN="s3cret",
        ALERT_WEBHOOK_URL="http://hook/s3cret",
    )
    shown = repr(found) + str(found) + repr(ops_settings.source_settings(found, DESK))
    assert "s3cret" not in shown


def test_another_store_can_replace_a_source(tmp_path: Path) -> None:
    found = load(tmp_path, DESK_BASE_URL="http://x", DESK_API_TOKEN="old")
    other = ops_settings.with_source(found, "desk", {"base_url": "http://y", "api_token": "new"})
    assert ops_settings.source_settings(other, DESK).api_token == "new"
