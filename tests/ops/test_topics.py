"""Topics to come: what stands out in texts that no topic fits."""

from ops.topics import phrases, standing_out


def test_a_phrase_stands_out_where_no_topic_fits() -> None:
    texts = [(f"the robot vacuum {n} is lovely", True) for n in range(6)]
    texts += [(f"the invoice {n} is lovely", False) for n in range(6)]
    found = {phrase for phrase, _, _ in standing_out(texts)}
    assert "robot vacuum" in found
    assert "lovely" not in found
    assert "invoice" not in found


def test_a_phrase_of_few_texts_is_not_shown() -> None:
    """It could point at a person."""
    texts = [("call Mrs Ottoline Fontaine", True)] * 4
    assert standing_out(texts) == []


def test_fillers_alone_are_no_phrase() -> None:
    assert phrases("it is on the roof") == {"roof", "the roof"}
