"""Say of a text whether it is positive, neutral or negative: several models behind one interface.

A model has a name and a version and judges a batch of texts. Name and version stand beside every
score, so a score can be made again. `docs/analytics/sentiment.md` compares the models.
"""

from __future__ import annotations

from collections.abc import Callable

from extract.errors import CxwError
from ops.sentiment.judgement import Judgement, SentimentModel

DEFAULT = "ngrams"


class UnknownModel(CxwError):
    """The configured name is that of no sentiment model."""


def _vader(_: str) -> SentimentModel:
    from ops.sentiment.vader import Vader  # noqa: PLC0415  (reads its lexicon when imported)

    return Vader()


def _ngrams(_: str) -> SentimentModel:
    from ops.sentiment.ngrams import NGrams  # noqa: PLC0415  (reads its weights)

    return NGrams()


def _transformer(place: str) -> SentimentModel:
    from ops.sentiment.transformer import Transformer  # noqa: PLC0415  (an extra)

    return Transformer(place)


MODELS: dict[str, Callable[[str], SentimentModel]] = {
    "ngrams": _ngrams,
    "vader": _vader,
    "transformer": _transformer,
}


def load(choice: str = DEFAULT) -> SentimentModel:
    """Load a model by its name; what follows a colon says where the model itself is kept."""
    name, _, place = choice.partition(":")
    if name not in MODELS:
        raise UnknownModel(
            f"CXW_SENTIMENT_MODEL={choice}",
            f"the sentiment models are {', '.join(MODELS)}",
            f"set CXW_SENTIMENT_MODEL={DEFAULT}, or leave it out",
        )
    return MODELS[name](place)


def slug(model: SentimentModel) -> str:
    """Return name and version as one word: the folder of its scores, and its name in the marts."""
    return f"{model.name}-{model.version}"


__all__ = ["DEFAULT", "MODELS", "Judgement", "SentimentModel", "UnknownModel", "load", "slug"]
