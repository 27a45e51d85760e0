"""X's batch compliance: which posts of a list must be deleted by whoever keeps them.

Checked against docs.x.com (batch compliance, quick start and introduction): a job is made, ids are
put to its `upload_url` as plain text, one a line, within 15 minutes; the job is looked at until it
is complete; its `download_url` holds one JSON object a line, for a week, and only for posts with an
event. Both addresses are signed: they belong to another host and take no credentials. The
documentation says that one job of a type runs at a time; how a second one is refused it does not
say, so the 409 here is an assumption. A job is complete as soon as its ids are there.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, json_reply, stable_id, zulu_ms
from sandbox.faces.x_problems import Invalid, problem

JOBS = "/2/compliance/jobs"
BUCKET = "/twttr-tweet-compliance/"
PLACE = re.compile(BUCKET + r"(\d+)/(submission|delivery)/([0-9a-f-]+)")
UPLOAD_TIME, DOWNLOAD_TIME = timedelta(minutes=15), timedelta(days=7)
FIRST_ID = 1_425_543_269_983_784_000
LINES = "application/x-ndjson"


@dataclass(slots=True)
class Job:
    """A job, and the ids once they are uploaded."""

    key: str
    name: str | None
    made_at: datetime
    ids: list[str] | None = None

    def status(self, now: datetime) -> str:
        """Tell how far the job is."""
        if self.ids is not None:
            return "complete"
        return "created" if now < self.made_at + UPLOAD_TIME else "expired"


class Compliance:
    """The jobs of one app, and the store that their signed addresses lead to."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def handle(self, request: Request) -> Reply:
        """Make a job, list the jobs, or show one."""
        key = request.path.removeprefix(JOBS).lstrip("/")
        with self._lock:
            if request.method == "POST":
                return self._make(request)
            if key:
                job = self._jobs.get(key)
                return self._shown(request, job) if job else problem(404, "Not Found", "Not Found")
            if request.first("type") != "tweets":
                raise Invalid("type", request.first("type") or "", "expected [tweets,users]")
            listed = [_record(request, job) for job in self._jobs.values()]
            body = {"data": listed} if listed else {}
            return json_reply(200, {**body, "meta": {"result_count": len(listed)}})

    def store(self, request: Request) -> Reply:
        """Take ids, or give verdicts, at an address that is its own key."""
        place = PLACE.fullmatch(request.path)
        job = self._jobs.get(place[1]) if place else None
        if "authorization" in request.headers:
            return Reply(400, b"<Error><Code>InvalidArgument</Code></Error>", {}, "application/xml")
        if place is None or job is None or place[3] != stable_id(job.key, place[2]):
            return Reply(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", {},
                         "application/xml")  # fmt: skip
        if (request.method, place[2]) == ("PUT", "submission"):
            if request.headers.get("content-type") != "text/plain":
                return Reply(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", {},
                             "application/xml")  # fmt: skip
            job.ids = request.body.decode().split()
            return Reply(200, b"", {}, "text/html")
        if (request.method, place[2]) == ("GET", "delivery") and job.ids is not None:
            gone = self._view.withdrawn(request.now)
            found = [msgspec.json.encode(gone[key]) + b"\n" for key in job.ids if key in gone]
            return Reply(200, b"".join(found), {}, LINES)
        return Reply(404, b"<Error><Code>NoSuchKey</Code></Error>", {}, "application/xml")

    def _make(self, request: Request) -> Reply:
        try:
            asked = msgspec.json.decode(request.body, type=dict[str, str])
        except msgspec.MsgspecError:
            asked = {}
        if asked.get("type") != "tweets":
            raise Invalid("type", asked.get("type", ""), "expected [tweets,users]")
        if any(job.status(request.now) == "created" for job in self._jobs.values()):
            return problem(409, "Conflict", "A job of this type is under way.")
        job = Job(str(FIRST_ID + len(self._jobs)), asked.get("name"), request.now)
        self._jobs[job.key] = job
        return self._shown(request, job)

    def _shown(self, request: Request, job: Job) -> Reply:
        return json_reply(200, {"data": _record(request, job)})


def _record(request: Request, job: Job) -> Record:
    def signed(part: str) -> str:
        place = f"{request.base_url}{BUCKET}{job.key}/{part}/{stable_id(job.key, part)}"
        return f"{place}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=5f%2Fa0%3D"

    record = {
        "id": job.key,
        "type": "tweets",
        "status": job.status(request.now),
        "created_at": zulu_ms(job.made_at),
        "upload_url": signed("submission"),
        "upload_expires_at": zulu_ms(job.made_at + UPLOAD_TIME),
        "download_url": signed("delivery"),
        "download_expires_at": zulu_ms(job.made_at + DOWNLOAD_TIME),
        "resumable": False,
    }
    return {**record, "name": job.name} if job.name else record
