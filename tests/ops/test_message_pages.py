"""How messages look in a browser, and that no text from outside acts in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ops.alerts import mail, slack
from tests.ops.conftest import alert
from tests.ops.slack_page import page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
HOSTILE = (
    "</pre><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    " <!channel> <@U1> <https://evil.example|click> ```\n*bold*"
)
CLOSED = {"at": "2026-09-29T05:40:00+00:00", "lasted": "5 h 28 min", "why": HOSTILE}


def pages() -> dict[str, str]:
    told = alert(what=(HOSTILE,), run_id=HOSTILE, readers=(HOSTILE,)).as_json()
    messages = {"open": told | {"closed": None}, "over": told | {"closed": CLOSED}}
    return {
        **{f"slack_{name}": page(slack.payload(one)) for name, one in messages.items()},
        **{f"mail_{name}": mail.page(one) for name, one in messages.items()},
    }


@pytest.mark.parametrize("name", ["slack_open", "slack_over", "mail_open", "mail_over"])
def test_a_page_has_no_element_that_a_text_brought(name: str) -> None:
    shown = pages()[name]
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'class="mention"' not in shown
    assert 'href="https://evil' not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.slow
@pytest.mark.parametrize("name", ["slack_open", "slack_over", "mail_open", "mail_over"])
def test_no_text_acts_in_a_browser(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.html"
    path.write_text(pages()[name])
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "owned</title>" not in done.stdout
    assert "document.title=" in done.stdout, "the text is there, to be read"
