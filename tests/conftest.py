"""Tell at the end of a run how many claims hold for how many streams."""

from __future__ import annotations

import re
from typing import Any

SUITE = re.compile(r"test_conformance(?:_folders)?\.py::(\w+)\[(?:.*-)?([a-z0-9_]+-\w+)\]$")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the conformance suite: its claims, the streams, and the pairs that held."""
    held = [
        match
        for report in terminalreporter.stats.get("passed", [])
        if report.when == "call" and (match := SUITE.search(report.nodeid))
    ]
    if held:
        claims, streams = ({match[n] for match in held} for n in (1, 2))
        sources = {stream.partition("-")[0] for stream in streams}
        terminalreporter.write_line(
            f"conformance: {len(claims)} claims x {len(streams)} streams of {len(sources)} "
            f"sources: {len(held):,} cases held"
        )
