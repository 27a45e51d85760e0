"""The sentiment models: one interface, signs that a person gives, null where nothing is said."""

import math
import sys

import pytest

from ops import sentiment
from ops.sentiment import SentimentModel, features
from ops.sentiment.judgement import NO_SIGNAL, TYPES, of_probabilities
from ops.sentiment.ngrams import BATCH
from ops.sentiment.transformer import UnfitTransformer, order_of


@pytest.fixture(scope="module")
def ngrams() -> SentimentModel:
    return sentiment.load()


@pytest.mark.parametrize("name", ["ngrams", "vader"])
def test_a_model_has_name_version_and_judges_in_order(name: str) -> None:
    model = sentiment.load(name)
    assert sentiment.slug(model).startswith(f"{name}-")
    assert model.version
    kinds = [found.type for found in model.judge(["I love it, thank you!", "This is terrible."])]
    assert kinds == ["positive", "negative"]


def test_an_unknown_model_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(sentiment.UnknownModel) as caught:
        sentiment.load("oracle")
    assert "ngrams, vader, transformer" in str(caught.value)


def test_a_negation_turns_a_word_around(ngrams: SentimentModel) -> None:
    good, bad = ngrams.judge(["the support is good", "the support is not good"])
    assert good.score is not None
    assert bad.score is not None
    assert good.score > 0 > bad.score


@pytest.mark.parametrize("text", ["", "   ", "4711", "https://example.org/a", "@northwind", "?!"])
def test_a_text_without_words_has_no_sentiment(ngrams: SentimentModel, text: str) -> None:
    """Null is not 0, and not neutral either; the text before and after are judged all the same."""
    judged = ngrams.judge(["I love it", text, "I hate it"])
    assert judged[1] == NO_SIGNAL
    assert [judged[0].type, judged[2].type] == ["positive", "negative"]


def test_an_emoji_speaks(ngrams: SentimentModel) -> None:
    assert [found.type for found in ngrams.judge(["😢", "😊"])] == ["negative", "positive"]


def test_a_judgement_does_not_depend_on_the_batch(ngrams: SentimentModel) -> None:
    text = "not bad, but the app is slow again :("
    many = ngrams.judge(["love"] * (BATCH - 1) + [text, text])
    alone = ngrams.judge([text])[0]
    for found in many[-2:]:
        assert found.type == alone.type
        assert found.score == pytest.approx(alone.score, abs=1e-9)


def test_confidence_is_the_probability_of_the_type(ngrams: SentimentModel) -> None:
    (found,) = ngrams.judge(["works as it should"])
    assert found.confidence is not None
    assert 1 / len(TYPES) <= found.confidence <= 1
    assert of_probabilities(0.2, 0.5, 0.3) == pytest.approx((0.1, "neutral", 0.5))


def test_vader_claims_no_confidence() -> None:
    assert sentiment.load("vader").judge(["great"])[0].confidence is None


def test_features_are_what_they_were_when_the_weights_were_made() -> None:
    """Golden: another tokenizer or hash needs new weights and a new version."""
    texts = ["Not good!! 10 min on hold http://x.y @bob", "Danke, sehr gut :)"]
    tokens = features.tokenize(texts)
    assert tokens.words[:6] == ["not", "good", "!", "!", "0", "min"]
    behind = features.negated(tokens)
    assert [w for w, b in zip(tokens.words, behind, strict=True) if b] == ["good"]
    buckets = features.hashed_features(tokens, behind, 17)
    assert (len(buckets.columns), int(buckets.columns.sum())) == (197, 13722581)
    assert buckets.weights.tolist() == [
        pytest.approx(1 / math.sqrt((buckets.rows == row).sum())) for row in (0, 1)
    ]


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        ({0: "Negative", 1: "Neutral", 2: "Positive"}, (0, 1, 2)),
        ({0: "POS", 1: "NEG", 2: "NEU"}, (1, 2, 0)),
        ({0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, (0, 1, 2)),
    ],
)
def test_a_transformer_is_read_by_the_names_of_its_classes(
    labels: dict[int, str], order: tuple[int, int, int]
) -> None:
    assert order_of("a/model", labels) == order


def test_a_transformer_with_other_classes_is_refused() -> None:
    with pytest.raises(UnfitTransformer) as caught:
        order_of("a/model", {0: "1 star", 1: "5 stars"})
    assert "1 star, 5 stars" in str(caught.value)


def test_a_transformer_without_its_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UnfitTransformer) as caught:
        sentiment.load("transformer:some/model")
    assert "cx-warehouse[transformer]" in str(caught.value)
