"""Typeform: answers to surveys, response by response, and the ids of those that are still there.

**What.** Completed responses (`response_type=completed`: a partial one has no `submitted_at` and no
say in a score). Key is `response_id`. `form_id` and the `questions` of the setting are put into
each response, so that staging knows which answer is a score.
**Endpoints.** `GET /forms/{form}/responses`; bearer token with `responses:read`. Accounts in the EU
have the host https://api.eu.typeform.com or https://api.typeform.eu.
**Paging.** 1,000 a page, newest first, `before=<token of the last item>` until as many came as the
first page's `total_items` tells; fewer refuse the window. `sort` would be refused beside a token.
**Limits.** 2 requests a second; 429. 499 where a form is slow: asked for again.
**Window.** By `submitted_at`; both ends belong to it to the second, so `until` is a second before
the window's end.
**Late data.** Responses of the last 30 minutes may be missing from the endpoint, so a run reads 45
minutes before its window, too, and lands what was hidden. A response cannot change, but be deleted,
which leaves no trace: each Sunday `responses_ids` reads the ids of all; staging marks what was
missing in two such reads in a row.
**Quirks.** Which questions are scores is a setting, `questions`:
`form:ref=nps,ref=comment;form:ref=ces/1-7,ref=csat/1-5`. A scale follows a slash; nps has 0-10,
csat 1-5 and ces 1-7 unless told. A comment belongs to the score before it. Opinion scale, rating
and NPS come as `number`; a score by choice is not read. 401 and 403 both mean the token.
**Try it.** `cxw extract typeform responses --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
from msgspec.json import encode

from extract import typeform_model as model
from extract.access import Access, Action, Pace, Verdict, default_verdict
from extract.joining import with_key
from extract.paging import by_cursor
from extract.source import Batch, Kind, Settings, Source, Stream, Window

if TYPE_CHECKING:
    from extract.http import Client

SUNDAY, SLOW = 6, 499  # the weekday; the status of a form that took too long


class TypeformSettings(Settings, frozen=True, kw_only=True):
    """How to reach an account, and which questions are scores: see Quirks."""

    token: str
    questions: str
    requests_per_second: int = 2


def access(settings: TypeformSettings) -> Access:
    """Return how the account wants to be asked."""
    headers, pace = {"Authorization": f"Bearer {settings.token}"}, settings.requests_per_second
    return Access("typeform", settings.base_url, headers, None, verdict, Pace(pace, 1.0))


def verdict(response: httpx.Response, now: datetime) -> Verdict:
    """Try a slow form again; all else is as usual."""
    usual = default_verdict(response, now)
    return Verdict(Action.RETRY, None, usual.reason) if response.status_code == SLOW else usual


def seconds(window: Window) -> tuple[str, str]:
    """Write the first and the last second of a window."""
    last = window.end - timedelta(seconds=1)
    return f"{window.start:%Y-%m-%dT%H:%M:%S}", f"{last:%Y-%m-%dT%H:%M:%S}"


def pages(client: Client, form: str, tally: model.Tally, **span: str) -> Iterator[model.Responses]:
    """Yield the pages of a form's completed responses, or refuse when one was lost at a seam."""
    asked = {"page_size": "1000", "response_type": "completed", **span}

    def fetch(before: str | None) -> model.Responses:
        place = {"before": before} if before else {}
        return client.get(f"/forms/{form}/responses", {**asked, **place}, model.Responses)

    return by_cursor(fetch, tally.following)


def responses(client: Client, settings: TypeformSettings, window: Window) -> Iterator[Batch]:
    """Read the responses that were submitted in a window."""
    since, until = (
        f"{moment:%Y-%m-%dT%H:%M:%S}"
        for moment in (window.start, window.end - timedelta(seconds=1))
    )
    for form, questions in model.mapped(settings.questions).items():
        tally = model.Tally(form)
        for page in pages(client, form, tally, since=since, until=until):
            named = (with_key(one, "form_id", encode(form)) for one in page.items)
            yield Batch([with_key(one, "questions", encode(questions)) for one in named])
        yield Batch(told=tally.told)


def ids(client: Client, settings: TypeformSettings, window: Window) -> Iterator[Batch]:
    """Read the ids of all responses, once a week; nothing else of them is landed."""
    if all(day.start.weekday() != SUNDAY for day in window.days()):
        yield Batch(note="not due: ids are read on Sundays")
        return
    for form in model.mapped(settings.questions):
        tally = model.Tally(form)
        for page in pages(client, form, tally, until=seconds(window)[1]):
            yield Batch([model.marked(one, form) for one in page.items])
        yield Batch(told=tally.told)


KEY = ("response_id",)
STREAMS = (
    Stream(
        "responses",
        Kind.EVENT,
        KEY,
        responses,
        "submitted_at",
        overlap=timedelta(minutes=45),
        bounded=True,
        pii=("hidden", "answers", "metadata.network_id"),
        model=model.Response,
    ),
    Stream("responses_ids", Kind.SNAPSHOT, KEY, ids, full_share=0.8, model=model.ResponseId),
)
SOURCE = Source("typeform", TypeformSettings, access, STREAMS)
