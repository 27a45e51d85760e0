"""The page that keeps what the slow tests of operations measured: a section is replaced whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence_operations.md"


def write_section(title: str, lines: Sequence[str]) -> None:
    """Put a section into the page; what stands before it and after it stays."""
    head, *sections = re.split(r"^(?=## )", PAGE.read_text(), flags=re.MULTILINE)
    kept = [one for one in sections if not one.startswith(f"## {title}\n")]
    mine = "\n".join([f"## {title}", "", *lines]) + "\n"
    PAGE.write_text("\n".join(part.rstrip("\n") + "\n" for part in [head, *kept, mine]))
