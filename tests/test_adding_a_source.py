"""The guide for a new source, carried out in a copy of the project: files, changes, commands."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "adding_a_source.md"
FENCE = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block of the guide: a file to write, a change to make, or commands to run."""

    kind: str
    file: str
    text: str


def steps() -> Iterator[Step]:
    for kind, file, text in FENCE.findall(GUIDE.read_text()):
        yield Step(kind, file, text)


def changed(before: str, diff: str) -> str:
    """Apply a change: its lines without a sign stand in the file once, and are kept."""
    lines = diff.splitlines()
    assert all(line[:1] in {" ", "+"} for line in lines), diff
    kept = [line[1:] for line in lines if line.startswith(" ")]
    assert len(kept) == 1, f"one line tells the place: {diff}"
    assert before.splitlines().count(kept[0]) == 1, f"{kept[0]!r} stands there not just once"
    made = "\n".join(line[1:] for line in lines)
    return before.replace(f"{kept[0]}\n", f"{made}\n", 1)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the files of the project, changed ones included."""
    folder = tmp_path_factory.mktemp("copy") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    return folder


def run(copy: Path, command: str) -> None:
    name, *words = shlex.split(command)
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("CXW_", "PYTEST_"))}
    done = subprocess.run(
        [str(Path(sys.executable).parent / name), *words],
        cwd=copy,
        env={**environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{command}\n{said[-4000:]}"
    assert "no tests ran" not in said, command


def test_the_guide_adds_a_source_that_works(copy: Path) -> None:
    done = set()
    for step in steps():
        path = copy / step.file
        if step.kind == "console":
            for line in step.text.splitlines():
                assert line.startswith("$ "), line
                run(copy, line.removeprefix("$ "))
        elif step.kind == "diff":
            path.write_text(changed(path.read_text(), step.text))
        else:
            assert not path.exists(), f"{step.file} is there already"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text)
        done.add(step.kind)
    assert done == {"python", "sql", "yaml", "diff", "console"}
    run(copy, "ruff check extract sandbox expectations dags")
    run(copy, "ruff format --check extract/mastodon.py sandbox/faces/mastodon.py dags")
    run(copy, "mypy extract/mastodon.py sandbox/faces/mastodon.py")
    run(copy, "pytest -q tests/test_layout.py tests/ops/test_compose.py")
    asked = "from expectations.lake.suite import rules_of as r; assert r('mastodon', 'posts').rules"
    run(copy, f'python -c "{asked}"')
    landed = list((copy / "data/lake/raw/mastodon/posts").rglob("*.parquet"))
    assert len(landed) == 1


def test_a_change_whose_place_is_gone_is_told() -> None:
    with pytest.raises(AssertionError, match="not just once"):
        changed("a\nb\n", " c\n+d\n")
