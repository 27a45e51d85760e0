"""Show what people write about that no topic knows yet: words that stand out where none fits.

    python -m ops.topics

Reads the private build of the current release. A word or a pair of words is shown when enough texts
of `other` hold it, and more often than other texts do. A person decides what becomes a term.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import duckdb

from ops import publish, settings
from ops.sentiment.features import tokenize

SHOWN = 30
TEXTS_WANTED = 5  # fewer could point at a person
FILLER_WORDS = """
a about am an and are as at be been but by can could did do does for from had has have he her
his how i i'm if in is it it's its just me my no not of on or our out she so some than that the
their them then there they this to too up us was we were what when where which who will with
would you your
"""
FILLERS = frozenset(FILLER_WORDS.split())
TEXTS = """
    select distinct texts.text, topics.topic_slug = 'other'
    from intermediate.int_texts_to_score as texts
    inner join intermediate.int_texts_topics as topics using (text_sha)
    order by texts.text
"""


def phrases(text: str) -> set[str]:
    """Return the words and pairs of words of a text; a pair holds a word that means something."""
    words = [word for word in tokenize([text]).words if word[0].isalpha()]
    pairs = {f"{one} {two}" for one, two in pairwise(words) if not {one, two} <= FILLERS}
    return pairs | (set(words) - FILLERS)


def standing_out(texts: Iterable[tuple[str, bool]]) -> list[tuple[str, int, float]]:
    """Return phrases of texts without a topic: the phrase, its texts, and z of its log odds.

    The odds are against the texts that have a topic, half a text added to each count.
    """
    within: Counter[str] = Counter()
    without: Counter[str] = Counter()
    sizes: Counter[bool] = Counter()
    for text, is_other in texts:
        (within if is_other else without).update(phrases(text))
        sizes[is_other] += 1
    found = []
    for phrase, count in within.items():
        if count < TEXTS_WANTED:
            continue
        cells = (count, sizes[True] - count, without[phrase], sizes[False] - without[phrase])
        a, b, c, d = (cell + 0.5 for cell in cells)
        z = math.log(a * d / (b * c)) / math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        if z > 0:
            found.append((phrase, count, z))
    return sorted(found, key=lambda one: (-one[2], one[0]))


def of_build(warehouse: Path) -> list[tuple[str, int, float]]:
    """Return what stands out in a build."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return standing_out(con.execute(TEXTS).fetchall())


def main() -> None:
    """Print the phrases of the current release that stand out most."""
    release = publish.current(settings.load().data_dir)
    if release is None:
        print("nothing is published yet: run `cxw run` first")
        return
    print("texts      z  phrase")
    for phrase, count, z in of_build(release.warehouse)[:SHOWN]:
        print(f"{count:5} {z:6.1f}  {phrase}")


if __name__ == "__main__":
    main()
