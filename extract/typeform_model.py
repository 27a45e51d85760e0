"""The fields of Typeform's responses that staging reads, and how a form's list is walked."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from msgspec import Raw, Struct
from msgspec.json import decode, encode

from extract.errors import RequestRefused, TruncatedFetch

PERSONAL = {"answers", "hidden", "metadata", "calculated", "variables"}
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
FORM = re.compile(r"([\w-]+):(.+)")
QUESTION = re.compile(r"([^=/]+)=(?:(nps|csat|ces)(?:/(\d+)-(\d+))?|comment)")


class Question(Struct, omit_defaults=True):
    """A question that is a score: its ref, its scale, and the ref of the comment on it."""

    ref: str
    metric: str
    scale_min: int
    scale_max: int
    comment_ref: str | None = None


class Field(Struct):
    """The question that was answered."""

    ref: str
    type: str


class Answer(Struct):
    """An answer; its value stands under the name of its type."""

    field: Field
    type: str
    number: int | float | None = None
    text: str | None = None
    email: str | None = None


class Hidden(Struct):
    """What the link to the form carried: hidden fields, which each form names itself."""

    customer_id: str | None = None
    email: str | None = None


class Response(Struct):
    """A completed response; `form_id` and `questions` are put in by the connector."""

    response_id: str
    submitted_at: datetime
    form_id: str
    questions: list[Question]
    answers: list[Answer] | None = None
    hidden: Hidden | None = None


class ResponseId(Struct):
    """What tells that a response is still there."""

    response_id: str
    form_id: str
    submitted_at: datetime


class Responses(Struct):
    """A page of a form's responses, newest first."""

    total_items: int
    items: list[Raw]


class Mark(Struct):
    """Whose record it is; of whatever type, since the landing judges that."""

    token: Any = None
    response_id: Any = None


class Tally:
    """Counts the responses of one walk against what the first page told."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._total: int | None = None
        self._seen: set[str] = set()

    @property
    def told(self) -> tuple[int, int]:
        """Return how many responses the source counts, and how many were seen."""
        return self._total or 0, len(self._seen)

    def following(self, page: Responses) -> str | None:
        """Return the token to go on before, None when all were seen; refuse when some were lost."""
        self._total = page.total_items if self._total is None else self._total
        marks = [decode(item, type=Mark) for item in page.items]
        self._seen.update(str(mark.response_id) for mark in marks)
        if len(self._seen) >= self._total:
            return None
        if marks:
            return str(marks[-1].token)
        raise TruncatedFetch(
            f"typeform: form {self._form} told {self._total:,} responses and gave "
            f"{len(self._seen):,}",
            "a row was lost between two pages, so nothing of the window is landed",
            "run the same window again; responses deleted meanwhile are not counted then",
        )


def mapped(setting: str) -> dict[str, list[Question]]:
    """Read which questions of which forms are scores: `form:ref=nps,ref=comment;form:…`."""
    forms: dict[str, list[Question]] = {}
    for part in filter(None, map(str.strip, setting.split(";"))):
        form = FORM.fullmatch(part)
        if form is None:
            raise _unreadable(part)
        questions = forms.setdefault(form[1], [])
        for said in form[2].split(","):
            match = QUESTION.fullmatch(said.strip())
            if match is None or (match[2] is None and not questions):
                raise _unreadable(said)
            if match[2] is None:
                questions[-1].comment_ref = match[1]
                continue
            low, high = SCALES[match[2]] if match[3] is None else (int(match[3]), int(match[4]))
            questions.append(Question(match[1], match[2], low, high))
    if not forms:
        raise _unreadable(setting)
    return forms


def marked(response: Raw, form: str) -> Raw:
    """Return a response without what it says of a person."""
    found = decode(response, type=dict[str, Raw])
    kept = {name: value for name, value in found.items() if name not in PERSONAL}
    return Raw(encode({**kept, "form_id": form}))


def _unreadable(part: str) -> RequestRefused:
    return RequestRefused(
        f"typeform: the setting questions has {part!r}",
        "no form and no score can be read from it",
        "write form:ref=nps,ref=comment;form:ref=csat/1-5 (metrics nps, csat, ces)",
    )
