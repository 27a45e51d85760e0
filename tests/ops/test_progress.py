"""What a run shows: a live table on a terminal, plain lines elsewhere."""

import io
from typing import Any

from rich.console import Console

from ops.progress import EVERY, Progress


def run_event(dag_id: str, state: str = "success") -> dict[str, Any]:
    return {"event": "run", "dag_id": dag_id, "state": state, "seconds": 0.5}


def check_event(stream: str, rows: int, quarantined: int = 0) -> dict[str, Any]:
    facts = {"source": "x", "stream": stream, "rows": rows, "quarantined": quarantined}
    return {"event": "step", "step": "check", "seconds": 0.1, **facts}


def show(terminal: bool, total: int, events: list[dict[str, Any]]) -> tuple[str, Progress]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100)
    with Progress(console, [("extract_x", total)]) as progress:
        progress.begin("extract_x", "a day")
        for event in events:
            progress.take(event)
    return out.getvalue(), progress


def test_plain_lines_are_few_on_a_long_series() -> None:
    text, _ = show(False, 3 * EVERY, [run_event("extract_x")] * (3 * EVERY))
    assert len(text.splitlines()) == 3


def test_a_failed_run_always_has_its_line() -> None:
    text, _ = show(False, 30, [run_event("extract_x"), run_event("extract_x", "failed")])
    assert text.splitlines() == ["extract_x: failed 2 of 30 runs, 1.0 s · a day"]


def test_rows_add_up_by_stream() -> None:
    events = [check_event("mentions", 3), check_event("mentions", 4, 1), check_event("posts", 1)]
    _, progress = show(False, 2, events)
    assert progress.streams() == {"x.mentions": (7, 1), "x.posts": (1, 0)}


def test_a_terminal_shows_the_share_that_is_done() -> None:
    text, _ = show(True, 4, [run_event("extract_x"), run_event("extract_x")])
    assert "2/4" in text
    assert "█" in text
