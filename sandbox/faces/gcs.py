"""Google Cloud Storage as it holds the GA4 BigQuery export: one Parquet object a report day.

Objects are named `analytics_<property>/events_YYYYMMDD.parquet` in one bucket and served through
the JSON API: list (prefix, startOffset, endOffset, maxResults, pageToken), metadata, and
`alt=media` downloads. An object is written five minutes after its day and rewritten on each of
the three days that follow, with a new generation, md5Hash and updated; then it stays.
`ifGenerationMatch` and `generation` of the present object are honoured; older ones are gone.

Where it differs: no crc32c, no Range, no `events_intraday_` tables; a token for another scope gets
401 as well. A missing object answers a metadata request in JSON and a download in plain text, as
storage.googleapis.com does.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, unquote

import pyarrow.parquet as pq

from sandbox.faces.google_oauth import Tokens
from sandbox.faces.quota import Limits
from sandbox.faces.view import View
from sandbox.faces.wire import Reply, Request, json_reply, whole_number, zulu_ms

TOKEN = "sandbox-ga4-token"  # noqa: S105 - the sandbox's published token
BUCKET = "northwind-ga4-export"
PROPERTY = "312345678"
SCOPES = ("devstorage.read_only", "devstorage.read_write", "cloud-platform")

WRITTEN_AT = time(0, 5)  # of the day after, and of each of the three days that follow
RESTATED_DAYS = 3
PAGE = 1000
PARQUET_TYPE = "application/vnd.apache.parquet"

LIST = re.compile(r"/storage/v1/b/([^/]+)/o/?")
OBJECT = re.compile(r"/(download/)?storage/v1/b/([^/]+)/o/([^/]+)")
DAY_TABLE = re.compile(rf"analytics_{PROPERTY}/events_(\d{{8}})\.parquet")


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as the bucket holds it at a moment."""

    name: str
    content: bytes
    created: datetime
    updated: datetime

    @property
    def generation(self) -> str:
        """The object's version: the microseconds of its last rewrite."""
        return str(int(self.updated.timestamp() * 1_000_000))

    @property
    def md5(self) -> str:
        """The content's MD5 in base64, as Google writes it."""
        digest = hashlib.md5(self.content, usedforsecurity=False).digest()
        return base64.b64encode(digest).decode()


@dataclass(frozen=True, slots=True)
class Edit:
    """An object changed by hand from a moment on; `change` None makes it vanish."""

    at: datetime
    change: Callable[[bytes], bytes] | None


class Storage:
    """Answers as one bucket of Cloud Storage."""

    def __init__(self, view: View, limits: Limits, tokens: Tokens) -> None:
        self._view = view
        self._limits = limits
        self.tokens = tokens
        self._edits: dict[date, Edit] = {}
        self._files: dict[tuple[date, datetime], Stored] = {}

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        if self.tokens.refusal(request, TOKEN, *SCOPES) is not None:
            return _error(401, "Invalid Credentials", "authError", location="Authorization")
        if request.method != "GET":
            return _error(405, "Method Not Allowed", "methodNotAllowed")
        if match := LIST.fullmatch(request.path):
            if unquote(match[1]) != BUCKET:
                return _error(404, "The specified bucket does not exist.", "notFound")
            return self._list(request)
        if match := OBJECT.fullmatch(request.path):
            bucket, name = unquote(match[2]), unquote(match[3])
            media = bool(match[1]) or request.first("alt") == "media"
            return self._object(request, bucket, name, media)
        return _error(404, "Not Found", "notFound")

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give `rate_limited` in the vendor's form."""
        if kind != "rate_limited":
            return None
        return _error(429, "The rate limit for this operation was exceeded.", "rateLimitExceeded")

    def _list(self, request: Request) -> Reply:
        asked = whole_number(request.first("maxResults")) or PAGE
        token = request.first("pageToken")
        after = ""
        if token:
            try:
                after = base64.urlsafe_b64decode(token).decode()
            except ValueError:
                return _error(400, "Invalid argument.", "invalid")
        days = sorted(self._days(request, after))
        size = request.page_size(max(1, min(asked, PAGE)))
        items: list[Stored] = []
        more = False
        for day in days:
            stored = self._stored(day, request.now)
            if stored is None:
                continue
            if len(items) == size:
                more = True
                break
            items.append(stored)
        body: dict[str, Any] = {"kind": "storage#objects"}
        if more:
            body["nextPageToken"] = base64.urlsafe_b64encode(items[-1].name.encode()).decode()
        if items:
            body["items"] = [_metadata(item, request) for item in items]
        return json_reply(200, body)

    def _days(self, request: Request, after: str) -> Iterator[date]:
        """Name the days whose object a list asks for, without reading any of them."""
        prefix = request.first("prefix") or ""
        begin = request.first("startOffset") or ""
        end = request.first("endOffset")
        day = self._view.world.start
        while day <= request.now.date():
            name = object_name(day)
            if (
                name.startswith(prefix)
                and name >= begin
                and name > after
                and (end is None or name < end)
            ):
                yield day
            day += timedelta(days=1)

    def _object(self, request: Request, bucket: str, name: str, media: bool) -> Reply:
        stored = None
        if bucket == BUCKET and (match := DAY_TABLE.fullmatch(name)):
            stored = self._stored(_day(match[1]), request.now)
        for condition in ("generation", "ifGenerationMatch"):
            asked = request.first(condition)
            if stored is not None and asked is not None and asked != stored.generation:
                if condition == "ifGenerationMatch":
                    message = "At least one of the pre-conditions you specified did not hold."
                    return _error(412, message, "conditionNotMet")
                stored = None
        if stored is None:
            missing = f"No such object: {bucket}/{name}"
            if media:
                return Reply(404, missing.encode(), content_type="text/html; charset=UTF-8")
            return _error(404, missing, "notFound")
        if not media:
            return json_reply(200, _metadata(stored, request))
        headers = {
            "ETag": _etag(stored),
            "X-Goog-Generation": stored.generation,
            "X-Goog-Hash": "md5=" + stored.md5,
            "X-Goog-Stored-Content-Length": str(len(stored.content)),
        }
        return Reply(200, stored.content, headers, PARQUET_TYPE)

    def _stored(self, day: date | None, now: datetime) -> Stored | None:
        """Give a day's object at a moment; each of its restatements is made once."""
        if day is None or day < self._view.world.start:
            return None
        first = datetime.combine(day + timedelta(days=1), WRITTEN_AT, UTC)
        if now < first:
            return None
        age = min((now - first).days, RESTATED_DAYS)
        stored = self._view.locked(lambda: self._export(day, first, first + timedelta(days=age)))
        edit = self._edits.get(day)
        if stored is None or edit is None or now < edit.at:
            return stored
        if edit.change is None:
            return None
        return Stored(stored.name, edit.change(stored.content), first, max(stored.updated, edit.at))

    def rewrite(self, day: date, edit: Edit) -> bool:
        """Change a day's object from a moment on; False when there is no such object then."""
        if self._stored(day, edit.at) is None:
            return False
        self._edits[day] = edit
        return True

    def forget_edits(self) -> None:
        """Take every rewriting by hand back."""
        self._edits.clear()

    def _export(self, day: date, first: datetime, written: datetime) -> Stored | None:
        if (day, written) not in self._files:
            self._view.reach(written)
            table = self._view.world.ga4_day(day, written)
            if table is None:
                return None
            out = io.BytesIO()
            pq.write_table(table, out, compression="zstd")
            self._files[day, written] = Stored(object_name(day), out.getvalue(), first, written)
        return self._files[day, written]


def object_name(day: date) -> str:
    """Name the object that holds a report day."""
    return f"analytics_{PROPERTY}/events_{day:%Y%m%d}.parquet"


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _etag(stored: Stored) -> str:
    return base64.b64encode(stored.generation.encode()).decode().rstrip("=")


def _metadata(stored: Stored, request: Request) -> dict[str, Any]:
    escaped = quote(stored.name, safe="")
    here = f"{request.base_url}/storage/v1/b/{BUCKET}/o/{escaped}"
    media = f"{request.base_url}/download/storage/v1/b/{BUCKET}/o/{escaped}"
    return {
        "kind": "storage#object",
        "id": f"{BUCKET}/{stored.name}/{stored.generation}",
        "selfLink": here,
        "mediaLink": f"{media}?generation={stored.generation}&alt=media",
        "name": stored.name,
        "bucket": BUCKET,
        "generation": stored.generation,
        "metageneration": "1",
        "contentType": PARQUET_TYPE,
        "storageClass": "STANDARD",
        "size": str(len(stored.content)),
        "md5Hash": stored.md5,
        "etag": _etag(stored),
        "timeCreated": zulu_ms(stored.created),
        "updated": zulu_ms(stored.updated),
    }


def _error(status: int, message: str, reason: str, location: str | None = None) -> Reply:
    detail = {"message": message, "domain": "global", "reason": reason}
    if location:
        detail |= {"locationType": "header", "location": location}
    body = {"error": {"code": status, "message": message, "errors": [detail]}}
    headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'}
    return json_reply(status, body, headers if status == 401 else {})
