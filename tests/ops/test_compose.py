"""docker-compose.yml: valid by the specification, without secrets, and its commands exist."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import check_jsonschema
import msgspec
import pytest
import yaml

from extract import SOURCES
from ops.settings import KNOWN
from sandbox.__main__ import serve_parser

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
BIN = Path(sys.executable).parent
SERVICES = {
    "sandbox",
    "postgres",
    "redis",
    "airflow-init",
    "airflow-apiserver",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
    "airflow-worker",
    "watch",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text())


def validate(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema", str(path)),
            *("--builtin-schema", "vendor.compose-spec"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def commands(compose: dict[str, Any]) -> Iterator[list[str]]:
    """Yield every command of services and health checks, as words."""
    for service in compose["services"].values():
        words = [str(word) for word in service.get("command", [])]
        test = [str(word) for word in service.get("healthcheck", {}).get("test", [])]
        for given in (words, test[1:] if test[:1] == ["CMD"] else ["bash", "-c", *test[1:]]):
            if given[:2] == ["bash", "-c"]:
                script = given[2] if len(given) > 2 else ""
                yield from (shlex.split(part) for part in script.split("&&") if part.strip())
            elif given:
                yield given


def test_the_file_is_valid_by_the_specification() -> None:
    done = validate(FILE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_specification_sees_a_breach(tmp_path: Path) -> None:
    broken = FILE.read_text().replace("    restart: unless-stopped\n", "    restrat: always\n", 1)
    (tmp_path / "docker-compose.yml").write_text(broken)
    assert broken != FILE.read_text()
    assert validate(tmp_path / "docker-compose.yml").returncode == 1


def test_every_part_is_there_with_a_health_check(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == SERVICES
    unchecked = {name for name, s in compose["services"].items() if "healthcheck" not in s}
    assert unchecked == {"airflow-init"}, "only what ends by itself has no health"


def test_what_waits_for_a_service_waits_for_one_that_is_there(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for other, how in service.get("depends_on", {}).items():
            assert other in compose["services"], name
            if how["condition"] == "service_healthy":
                assert "healthcheck" in compose["services"][other], f"{name} waits for {other}"


def test_named_volumes_are_declared(compose: dict[str, Any]) -> None:
    used = {
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(compose["volumes"])


def secrets_with_a_value(text: str) -> list[str]:
    """Return lines that give a password, token, secret or key a value of their own."""
    pattern = r"^\s*(\w*(?:PASSWORD|TOKEN|SECRET|_KEY)\w*):\s*(?!\$\{\w+:\?)(\S+)"
    return re.findall(pattern, text, re.MULTILINE)


def test_no_secret_is_in_the_file() -> None:
    text = FILE.read_text()
    assert secrets_with_a_value(text) == []
    assert not re.search(r"://[^$\s]*:(?!\$\{)[^/@\s]+@", text), "a password stands in an address"


def test_the_secret_rule_sees_a_breach() -> None:
    assert secrets_with_a_value("  POSTGRES_PASSWORD: airflow\n")
    assert secrets_with_a_value("  CXW_X_BEARER_TOKEN: ${T:-abc}\n")


def test_every_required_value_is_in_the_example() -> None:
    names = set(re.findall(r"\$\{(\w+):\?", FILE.read_text()))
    example = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert names <= example


def test_the_example_names_every_setting() -> None:
    example = set(re.findall(r"^#?CXW_(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    internal = {"CLOCK_URL", "BUILD_DIR"}
    assert set(KNOWN) - internal <= example


def test_every_service_of_airflow_is_given_the_values_of_the_env_file(
    compose: dict[str, Any],
) -> None:
    for name, service in compose["services"].items():
        if name.startswith("airflow-"):
            assert service["env_file"] == ".env", f"{name} knows no source"


def test_no_source_falls_back_to_the_simulated_company(compose: dict[str, Any]) -> None:
    given = compose["x-airflow"]["environment"]
    assert given["CXW_SANDBOX"] == "off"
    assert {name for name in given if name.startswith("CXW_")} == {"CXW_SANDBOX", "CXW_DATA_DIR"}


def test_the_example_names_every_value_that_a_source_takes() -> None:
    example = set(re.findall(r"^#?CXW_(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    for source in SOURCES.values():
        wanted = {
            f"{source.name}_{field.name}".upper()
            for field in msgspec.structs.fields(source.settings)
        }
        assert wanted <= example, source.name


def published(compose: dict[str, Any]) -> dict[str, list[str]]:
    """Return the ports that the machine answers on, by service."""
    return {name: s["ports"] for name, s in compose["services"].items() if s.get("ports")}


def test_only_the_page_of_airflow_is_reached_from_the_machine_and_from_no_other(
    compose: dict[str, Any],
) -> None:
    assert list(published(compose)) == ["airflow-apiserver"]
    assert all(port.startswith("127.0.0.1:") for port in published(compose)["airflow-apiserver"])


def test_databases_are_on_the_inner_network_alone(compose: dict[str, Any]) -> None:
    assert compose["networks"]["inside"]["internal"] is True
    for name, service in compose["services"].items():
        is_closed = name in {"postgres", "redis", "sandbox"}
        assert service["networks"] == (["inside"] if is_closed else ["inside", "outside"]), name


def test_our_containers_gain_no_privileges(compose: dict[str, Any]) -> None:
    ours = [s for s in compose["services"].values() if s["image"].startswith("cx-warehouse")]
    assert len(ours) == len(SERVICES) - 2
    for service in ours:
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER cxw$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_people_sign_in_with_passwords_of_their_own(compose: dict[str, Any]) -> None:
    """Airflow's simple manager is for trials: it keeps its passwords as plain text."""
    given = compose["x-airflow"]["environment"]
    assert given["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
    assert not [name for name in given if "ALL_ADMINS" in name or "PUBLIC" in name]
    first = compose["services"]["airflow-init"]["environment"]
    assert first["AIRFLOW_ADMIN_PASSWORD"].startswith("${AIRFLOW_ADMIN_PASSWORD:?")
    assert set(given) < set(first)
    assert "apache-airflow-providers-fab==" in (ROOT / "requirements.lock").read_text()


def test_ci_looks_for_known_vulnerabilities_and_for_secrets() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    audit = " ".join(str(step.get("run")) for step in jobs["dependencies"]["steps"])
    assert "pip-audit" in audit
    assert "--requirement requirements.lock" in audit
    scan = " ".join(str(step.get("run")) for step in jobs["secrets"]["steps"])
    assert "detect-secrets-hook --no-verify --baseline .secrets.baseline" in scan
    looked_at = json.loads((ROOT / ".secrets.baseline").read_text())["results"]
    assert [path for path in looked_at if not (ROOT / path).exists()] == []


@pytest.mark.usefixtures("fab")
def test_airflow_knows_every_subcommand(compose: dict[str, Any], tmp_path: Path) -> None:
    """The command `users` is there when Airflow is told the manager that compose names."""
    asked = [words[1:] for words in commands(compose) if words[0] == "airflow"]
    assert len(asked) >= 9
    manager = compose["x-airflow"]["environment"]["AIRFLOW__CORE__AUTH_MANAGER"]
    lines = [[word.replace("$${HOSTNAME}", "host") for word in words] for words in asked]
    code = (
        "import json, sys\n"
        "from airflow.cli.cli_parser import get_parser\n"
        "for words in json.loads(sys.argv[1]): get_parser().parse_args(words)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(lines)],
        capture_output=True,
        text=True,
        check=False,
        env={
            "AIRFLOW_HOME": str(tmp_path),
            "PATH": str(BIN),
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CORE__AUTH_MANAGER": manager,
        },
    )
    assert done.returncode == 0, done.stderr[-1500:]


def test_the_sandbox_knows_its_flags(compose: dict[str, Any]) -> None:
    (words,) = [words for words in commands(compose) if words[:3] == ["python", "-m", "sandbox"]]
    assert serve_parser().parse_args(words[3:]).host == "0.0.0.0"  # noqa: S104


def test_every_program_is_one_that_the_images_have(compose: dict[str, Any]) -> None:
    ours = {"airflow", "celery", "cxw", "python"}
    theirs = {"redis-server", "redis-cli", "pg_isready"}
    programs = {words[0] for words in commands(compose)}
    assert programs <= ours | theirs
    assert all((BIN / program).exists() for program in ours)


def test_the_image_installs_the_lock_with_hashes() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "FROM python:3.12-slim" in text
    assert "--require-hashes --requirement requirements.lock" in text
    assert check_jsonschema.__name__ in (ROOT / "requirements.lock").read_text().replace("-", "_")
