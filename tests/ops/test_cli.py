"""The command line: helps, refuses in three clauses, and answers with exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.receivers import Receiver

CXW = Path(sys.executable).parent / "cxw"
COMMANDS = (
    "run",
    "extract",
    "backfill",
    "gaps",
    "check",
    "build",
    "publish",
    "rollback",
    "status",
    "releases",
    "docs",
    "alerts",
    "alert-test",
    "watch",
)


def cxw(folder: Path, *words: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(CXW), *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "100", **values},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    done = cxw(tmp_path, command, "--help")
    assert done.returncode == 0
    assert f"cxw {command}" in done.stdout


def test_help_names_the_exit_codes(tmp_path: Path) -> None:
    assert "75 come back later" in cxw(tmp_path, "--help").stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ("extract", "zendsk", "--from", "2026-07-01", "--to", "2026-07-02"),
            2,
            "zendesk, hubspot",
        ),
        (("extract", "x", "likes", "--from", "2026-07-01", "--to", "2026-07-02"), 2, "mentions"),
        (("extract", "x", "--from", "2026-07-02", "--to", "2026-07-01"), 2, "before the end"),
        (("extract", "x", "--from", "July", "--to", "2026-07-01"), 2, "ISO form"),
        (("extract", "x", "--from", "2026-07-01"), 2, "start and an end"),
        (("extract", "x"), 2, "start and an end"),
        (("check", "--from", "2026-07-01", "--to", "2026-07-02"), 2, "name it"),
        (("check", "marts"), 1, "cxw build"),
        (("publish",), 1, "cxw build"),
        (("rollback",), 1, "nothing to go back to"),
        (("rollback", "--to", "nowhere"), 1, "releases that stand"),
        (("status", "x.likes"), 2, "x.mentions"),
        (("run", "--until", "2026-06-01"), 2, "later day"),
        (("run", "--until", "tomorrow"), 2, "%Y-%m-%d"),
        (("sing",), 2, "No such command"),
    ],
)
def test_a_bad_request_is_refused(
    tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = cxw(tmp_path, *words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_comes_in_three_clauses(tmp_path: Path) -> None:
    done = cxw(tmp_path, "run", CXW_SANDBOX="on")
    assert done.returncode == 2
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["seen", "why", "next"]


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    done = cxw(tmp_path, "--debug", "run", CXW_SANDBOX="on")
    assert "Traceback" in done.stderr


def test_missing_credentials_are_named_before_anything_is_asked(tmp_path: Path) -> None:
    window = ("--from", "2026-07-01", "--to", "2026-07-02")
    done = cxw(
        tmp_path, "extract", "zendesk", "users", *window, CXW_ZENDESK_BASE_URL="http://127.0.0.1:1"
    )
    assert done.returncode == 2
    assert "CXW_ZENDESK_EMAIL, CXW_ZENDESK_API_TOKEN not set" in done.stderr


def test_real_sources_want_a_first_day(tmp_path: Path) -> None:
    done = cxw(tmp_path, "run", CXW_X_BASE_URL="http://127.0.0.1:1")
    assert done.returncode == 2
    assert "CXW_START" in done.stderr


def test_another_company_is_refused_where_one_lives(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    known = {"seed": 7, "customers": 150, "start": "2026-07-01"}
    (tmp_path / "data" / "sandbox.json").write_text(json.dumps(known))
    done = cxw(tmp_path, "run", "--customers", "151")
    assert done.returncode == 2
    assert "customers 151 is asked for, sandbox.json says 150" in done.stderr


def test_an_empty_folder_has_no_release(tmp_path: Path) -> None:
    done = cxw(tmp_path, "releases")
    assert (done.returncode, done.stdout.strip()) == (0, "no release yet; cxw run makes the first")


def test_a_trial_alert_arrives(tmp_path: Path, webhook: Receiver) -> None:
    done = cxw(tmp_path, "alert-test", CXW_ALERT_WEBHOOK_URL=webhook.url)
    assert done.returncode == 0, done.stderr
    assert webhook.received[0]["kind"] == "alert_test"
    assert "very-secret-part" not in done.stdout + done.stderr


def test_a_trial_alert_that_does_not_arrive_fails(tmp_path: Path, webhook: Receiver) -> None:
    webhook.status = 403
    done = cxw(tmp_path, "alert-test", CXW_ALERT_WEBHOOK_URL=webhook.url)
    assert done.returncode == 1
    assert "status 403" in done.stdout
    assert "no channel" in cxw(tmp_path, "alert-test").stdout
