"""A transformer from a hub or a folder, for teams that can load one: `transformer:<place>`.

Not installed with the pipeline: `pip install 'cx-warehouse[transformer]'`. The model has three
classes, of which one's name begins with neg, one with neu and one with pos; or it is told by
LABEL_0 to LABEL_2 in that order, as the models that were trained on TweetEval are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from extract.errors import CxwError
from ops.sentiment.judgement import NO_SIGNAL, TYPES, Judgement, of_probabilities

BATCH = 32
LENGTH = 256  # tokens that are read of a text


class UnfitTransformer(CxwError):
    """The model or the library that reads it cannot be used."""


class Transformer:
    """A sequence classifier; its version is the commit on the hub, or the sum of its files."""

    name = "transformer"

    def __init__(self, place: str) -> None:
        self._torch, loaders = libraries()
        self._tokenizer = loaders.AutoTokenizer.from_pretrained(place)
        self._model = loaders.AutoModelForSequenceClassification.from_pretrained(place).eval()
        self._order = order_of(place, self._model.config.id2label)
        commit = getattr(self._model.config, "_commit_hash", None)
        state = files_sum(Path(place)) if Path(place).is_dir() else commit or "unknown"
        self.version = f"{place.rstrip('/').rpartition('/')[2]}-{state[:12]}"

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """Judge texts in small batches, on the processor; an empty one gets nulls."""
        found: list[Judgement] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            tokens = self._tokenizer(
                batch, padding=True, truncation=True, max_length=LENGTH, return_tensors="pt"
            )
            with self._torch.no_grad():
                odds = self._torch.softmax(self._model(**tokens).logits, dim=-1).tolist()
            for text, row in zip(batch, odds, strict=True):
                spoken = of_probabilities(*(row[place] for place in self._order))
                found.append(spoken if text.strip() else NO_SIGNAL)
        return found


def libraries() -> tuple[Any, Any]:
    """Import what the extra brings, or say how to get it."""
    try:
        import torch  # noqa: PLC0415  (an extra: gigabytes that nobody else needs)
        import transformers  # noqa: PLC0415
    except ImportError as error:
        raise UnfitTransformer(
            f"the sentiment model transformer: {error.name} is not installed",
            "a transformer cannot be read without it",
            "pip install 'cx-warehouse[transformer]', or leave CXW_SENTIMENT_MODEL out",
        ) from None
    return torch, transformers


def order_of(place: str, labels: Mapping[int, str]) -> tuple[int, int, int]:
    """Return which outputs are negative, neutral and positive."""
    named = {label.lower()[:3]: number for number, label in labels.items()}
    wanted = [kind[:3] for kind in TYPES]
    if len(labels) == len(TYPES) and set(wanted) <= set(named):
        negative, neutral, positive = (named[kind] for kind in wanted)
        return negative, neutral, positive
    if sorted(labels.values()) == ["LABEL_0", "LABEL_1", "LABEL_2"]:
        return 0, 1, 2
    raise UnfitTransformer(
        f"{place}: its classes are {', '.join(labels.values())}",
        "a sentiment model has the three classes negative, neutral and positive",
        "give the place of another model, or name its classes in id2label",
    )


def files_sum(folder: Path) -> str:
    """Return a sum over the files of a model: the same files are the same version."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
