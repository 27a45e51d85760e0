"""Take e-mail addresses, telephone, card and bank numbers out of texts that marts show.

What looks like one is taken out when its own check holds: a telephone number by the numbering plan
of its country, a card by Luhn's digit, an IBAN by its length and check digits. So order numbers,
prices and dates stay. Names stay, too: no list knows them all. Like scores, what was found lies in
the lake by the hash of the text and the version of this module, and is never looked for again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import phonenumbers
import pyarrow as pa
from stdnum import iban, luhn

from ops.score import without_row, write_rows

VERSION = "1"
SCHEMA = pa.schema(
    [
        ("text_sha", pa.string()),
        ("scrubbed_text", pa.string()),  # null: nothing had to be taken out
        ("scrubber_version", pa.string()),
    ]
)
EMAIL = re.compile(r"[\w.%+-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
# Where one may begin, and the longest that it may be: who reads it tries shorter ones, too.
IBAN = re.compile(r"(?<![^\W_])(?=([A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}))")
CARD = re.compile(  # in one piece, or in the groups that are printed on it
    r"(?<![^\W_])(?<!\d\.)(?="
    r"([2-6]\d{12,18}|[2-6]\d{3}(?:[ -]\d{4}){3}|3\d{3}[ -]\d{6}[ -]\d{4,5}))"
)
CODE = re.compile(r"[^\W\d_]-(?=[1-9])")  # before a number of ours: INV-2026…
END = re.compile(r"(?<=\w)(?!\w)")
SHORTEST = 13  # characters of a card or an IBAN
Span = tuple[int, int]


def scrub_new_texts(warehouse: Path, enrichment: Path, now: datetime) -> int:
    """Scrub the texts of the build that this version has not seen; return how many."""
    folder = enrichment / "scrubbed" / VERSION
    texts = without_row(warehouse, "int_texts_to_scrub", folder)
    if texts.num_rows:
        write_rows(scrubbed(texts), folder, now)
    return int(texts.num_rows)


def scrubbed(texts: pa.Table) -> pa.Table:
    """Scrub a batch of texts; one that stays as it was is not kept a second time."""
    said = texts["text"].to_pylist()
    codes = texts["phone_country_code"].to_pylist()
    clean = [scrub(text, int(code)) for text, code in zip(said, codes, strict=True)]
    changed = [new if new != old else None for new, old in zip(clean, said, strict=True)]
    count = texts.num_rows
    return pa.table([texts["text_sha"].combine_chunks(), changed, [VERSION] * count], schema=SCHEMA)


def scrub(text: str, country_code: int) -> str:
    """Return the text with a word in place of each number; local ones are those of a country."""
    region = phonenumbers.region_code_for_country_code(country_code)
    finders: tuple[tuple[str, Callable[[str], Iterator[Span]]], ...] = (
        ("[e-mail]", lambda here: (match.span() for match in EMAIL.finditer(here))),
        ("[iban]", lambda here: _checked(here, IBAN, iban.is_valid)),
        ("[card]", lambda here: _checked(here, CARD, luhn.is_valid)),
        ("[phone]", lambda here: _phones(here, region)),
    )
    for word, find in finders:
        for start, end in sorted(find(text), reverse=True):
            text = f"{text[:start]}{word}{text[end:]}"
    return text


def _checked(text: str, form: re.Pattern[str], holds: Callable[[str], bool]) -> Iterator[Span]:
    """Find what is of a form and holds its check; the longest from each place that is left."""
    done = 0
    for match in form.finditer(text):
        start, said = match.start(), match[1]
        for end in range(start + len(said), start + SHORTEST - 1, -1):
            clean = re.sub("[ -]", "", text[start:end])
            if start >= done and END.match(text, end) and len(clean) >= SHORTEST and holds(clean):
                yield start, end
                done = end


def _phones(text: str, region: str) -> Iterator[Span]:
    """Find telephone numbers that no code leads into."""
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        if not CODE.match(text, max(match.start - 2, 0)):
            yield match.start, match.end
