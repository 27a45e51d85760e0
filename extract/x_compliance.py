"""Which of the posts that we hold must be deleted: X's batch compliance jobs.

A job is named after its window, so a run that was put off or broken goes on with its own job
instead of making another one, of which X allows one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from extract.errors import Defer, RequestRefused
from extract.source import Batch, Window
from extract.x_model import Job, JobAnswer, JobList

if TYPE_CHECKING:
    from extract.http import Client

PATH = "/2/compliance/jobs"
THURSDAY = 3
LOOKS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 30.0)  # seconds between looks at a job
LATER = 600.0  # seconds, when the job takes longer than a worker should wait


def withdrawn(client: Client, _: Any, window: Window, held: Sequence[str]) -> Iterator[Batch]:
    """Ask once a week about every post that the lake holds; yield what is to be deleted."""
    if window.days()[-1].start.weekday() != THURSDAY:
        yield Batch(note="not due: deletions are asked for on Thursdays")
        return
    if not held:
        yield Batch(note="not asked: the lake holds no posts")
        return
    job = _finished(client, _handed_over(client, f"cxw {window.name}", held))
    base, path = _parted(job.download_url)
    with client.elsewhere(base) as store:
        yield Batch(store.lines(path))


def _handed_over(client: Client, name: str, held: Sequence[str]) -> Job:
    """Return the job of that name, made if there is none, with its list of ids handed over."""
    known = client.get(PATH, {"type": "tweets"}, JobList).data
    mine = (one for one in known if one.id and one.name == name and one.is_alive())
    job = next(mine, None)
    if job is None:
        job = client.post(PATH, {"type": "tweets", "name": name}, JobAnswer).data
    if job.status == "created":
        base, path = _parted(job.upload_url)
        with client.elsewhere(base) as store:
            store.put(path, "\n".join(held).encode(), "text/plain")
    return job


def _finished(client: Client, job: Job) -> Job:
    """Return the job when its verdicts are ready."""
    for wait in LOOKS:
        job = client.get(f"{PATH}/{job.id}", {}, JobAnswer).data
        if job.status == "complete":
            return job
        if not job.is_alive():
            raise RequestRefused(
                f"x: compliance job {job.id} is {job.status}",
                "without its verdicts it is not known which posts must be deleted",
                "run the same window again; it makes a new job",
            )
        client.pause(wait)
    raise Defer(LATER, f"x: compliance job {job.id} is {job.status} after {sum(LOOKS):.0f} s")


def _parted(url: str) -> tuple[str, str]:
    """Part a signed address into its host and the rest, whose bytes must stay as they are."""
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}"
    return base, url.removeprefix(base)
