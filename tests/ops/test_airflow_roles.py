"""Who may do what in Airflow as docker compose sets it up: a real api-server is asked by role."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
import pytest
import yaml

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ROLES = ("Viewer", "Op", "Admin")
PASSWORD = token_hex()
PAUSE = {"is_paused": True}
MATRIX = [  # what is asked, and the status without a token and by role
    ("GET", "/api/v2/dags", None, (401, 200, 200, 200)),
    ("PATCH", "/api/v2/dags/watch_warehouse", PAUSE, (401, 403, 200, 200)),
    ("GET", "/api/v2/connections", None, (401, 403, 200, 200)),
    ("GET", "/auth/fab/v1/users", None, (401, 403, 403, 200)),
    ("GET", "/api/v2/monitor/health", None, (200, 200, 200, 200)),  # what `cxw watch` reads
]


@dataclass(frozen=True)
class Server:
    """An api-server, and a token for each role."""

    address: str
    tokens: dict[str, str]

    def status(self, method: str, path: str, body: Any, role: str | None) -> int:
        token = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return ask(f"{self.address}{path}", method, body, token)[0]


def ask(
    url: str, method: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    data = json.dumps(body).encode() if body is not None else None
    given = {"Content-Type": "application/json", **(headers or {})}
    try:
        with urlopen(Request(url, data, given, method=method), timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def airflow(environ: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        [str(BIN / "airflow"), *words], env=environ, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def environ_of_compose(home: Path) -> dict[str, str]:
    """Return what docker compose gives Airflow, with SQLite in the place of its servers."""
    given = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["x-airflow"]["environment"]
    ours = ("AIRFLOW__CORE__AUTH_MANAGER", "AIRFLOW__FAB__", "AIRFLOW__CORE__LOAD_EXAMPLES")
    return {
        **{name: value for name, value in given.items() if name.startswith(ours)},
        "PATH": f"{BIN}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "dags" / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__API__SECRET_KEY": token_hex(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": token_hex(64),
        "AIRFLOW__FAB__AUTH_RATE_LIMITED": "False",
    }


@pytest.fixture(scope="module")
def server(fab: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("airflow")
    environ = environ_of_compose(home)
    airflow(environ, "db", "migrate")
    for role in ROLES:
        person = ["--firstname", role, "--lastname", "Person", "--email", f"{role}@example.com"]
        airflow(
            environ, "users", "create", "--username", role, *person,
            "--role", role, "--password", PASSWORD,
        )  # fmt: skip
    airflow(environ, "dags", "reserialize")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [str(BIN / "airflow"), "api-server", "--host", "127.0.0.1", "--port", str(port)],
            env=environ,
            stdout=log,
            stderr=log,
        )
    try:
        until = time.monotonic() + 300
        while not answers(address):
            assert process.poll() is None, (home / "log").read_text()[-3000:]
            assert time.monotonic() < until
            time.sleep(0.5)
        yield Server(address, {role: token(address, role) for role in ROLES})
    finally:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        process.wait()


def answers(address: str) -> bool:
    try:
        return ask(f"{address}/api/v2/monitor/health", "GET")[0] == 200
    except (URLError, OSError):
        return False


def token(address: str, role: str) -> str:
    status, body = ask(f"{address}/auth/token", "POST", {"username": role, "password": PASSWORD})
    assert status == 201, body
    return str(json.loads(body)["access_token"])


@pytest.mark.parametrize(("method", "path", "body", "expected"), MATRIX)
def test_each_role_may_do_its_own(
    server: Server, method: str, path: str, body: Any, expected: tuple[int, ...]
) -> None:
    seen = tuple(server.status(method, path, body, role) for role in (None, *ROLES))
    assert seen == expected


def test_a_wrong_password_opens_nothing(server: Server) -> None:
    said = {"username": "Admin", "password": token_hex()}
    assert ask(f"{server.address}/auth/token", "POST", said)[0] == 401


def test_a_token_of_another_secret_opens_nothing(server: Server) -> None:
    import jwt  # noqa: PLC0415

    claims = jwt.decode(server.tokens["Admin"], options={"verify_signature": False})
    forged = jwt.encode(claims, token_hex(64), algorithm="HS512")
    headers = {"Authorization": f"Bearer {forged}"}
    assert ask(f"{server.address}/api/v2/dags", "GET", None, headers)[0] in {401, 403}
