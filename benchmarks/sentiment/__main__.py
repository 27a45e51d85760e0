"""Measure the sentiment models on labelled texts that none was trained on, and write the table.

    python -m benchmarks.sentiment FOLDER [--model transformer:<place>]

FOLDER holds the corpora that `corpora.py` names. Accuracy and macro-F1 are of the types; the error
of calibration is the mean distance of confidence and accuracy over ten bands of confidence. Each
model runs in a process of its own: speed is posts a second of CPU, memory what the process needs at
most beyond one that has only read the posts. The table in docs/analytics/sentiment.md is renewed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.sentiment.corpora import BENCHMARKS
from ops import sentiment
from ops.sentiment.judgement import TYPES, Judgement

PAGE = Path(__file__).resolve().parents[2] / "docs" / "analytics" / "sentiment.md"
BEGIN, END = "<!-- table: python -m benchmarks.sentiment -->", "<!-- end of table -->"
BANDS = 10


def main() -> None:
    """Measure every model, print the table and put it into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.folder, given.one)))
        return
    names = ["most frequent type", "vader", "ngrams", *given.model]
    found = {name: in_a_process(given.folder, name) for name in names}
    table = rendered(found)
    print(table)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}")


def in_a_process(folder: Path, name: str) -> dict[str, object]:
    """Measure one model where nothing else has used memory before."""
    command = [sys.executable, "-m", "benchmarks.sentiment", str(folder), "--one", name]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, object] = json.loads(out.splitlines()[-1])
    return found


def measured(folder: Path, name: str) -> dict[str, object]:
    """Judge every benchmark with one model."""
    corpora = {corpus.name: corpus.load(folder) for corpus in BENCHMARKS}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model = None if name == "most frequent type" else sentiment.load(name)
    scores = {}
    seconds, posts = 0.0, 0
    for corpus, labelled in corpora.items():
        texts = [text for text, _ in labelled]
        truth = [TYPES[label] for _, label in labelled]
        start = time.process_time()
        judged = model.judge(texts) if model else frequent(truth)
        seconds += time.process_time() - start
        posts += len(texts)
        scores[corpus] = [len(texts), *quality(truth, judged)]
    return {
        "model": sentiment.slug(model) if model else name,
        "scores": scores,
        "speed": posts / seconds if model else None,
        "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    }


def frequent(truth: Sequence[str]) -> list[Judgement]:
    """Judge every text alike, with the type that most have: the floor."""
    best = max(TYPES, key=truth.count)
    return [Judgement(None, best, None)] * len(truth)


def quality(truth: Sequence[str], judged: Sequence[Judgement]) -> tuple[float, float, float | None]:
    """Return accuracy, macro-F1 over the types that occur, and the error of calibration."""
    said = [judgement.type or "neutral" for judgement in judged]  # silence is judged as neutral
    right = [a == b for a, b in zip(truth, said, strict=True)]
    f1 = []
    for kind in sorted(set(truth)):
        both = sum(a == b == kind for a, b in zip(truth, said, strict=True))
        f1.append(2 * both / (truth.count(kind) + said.count(kind)))
    sure = [(j.confidence, r) for j, r in zip(judged, right, strict=True) if j.confidence]
    gap = 0.0
    for band in range(BANDS):
        inside = [pair for pair in sure if min(int(pair[0] * BANDS), BANDS - 1) == band]
        gap += abs(sum(c for c, _ in inside) - sum(r for _, r in inside))
    accuracy = sum(right) / len(right)
    return accuracy, sum(f1) / len(f1), gap / len(sure) if sure else None


def rendered(found: dict[str, dict[str, object]]) -> str:
    """Return the table: a row per model, accuracy / macro-F1 / calibration error per benchmark."""
    first = next(iter(found.values()))["scores"]
    assert isinstance(first, dict)
    heads = [f"{name} ({values[0]:,})" for name, values in first.items()]
    lines = [
        f"| model | {' | '.join(heads)} | posts/s of CPU | memory, MiB |",
        f"|---|{'---|' * len(heads)}---|---|",
    ]
    for one in found.values():
        scores = one["scores"]
        assert isinstance(scores, dict)
        cells = [
            " / ".join("–" if value is None else f"{value:.3f}" for value in values[1:])
            for values in scores.values()
        ]
        speed = f"{one['speed']:,.0f}" if one["speed"] else "–"
        lines.append(f"| {one['model']} | {' | '.join(cells)} | {speed} | {one['memory']:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
