"""The fields of X's posts that staging reads, and the pages they come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Raw, Struct
from msgspec.json import decode

from extract.joining import with_key


class Counts(Struct):
    """The public counters of a post."""

    retweet_count: int
    reply_count: int
    like_count: int
    quote_count: int
    impression_count: int


class Followers(Struct):
    """The public counters of an account, as far as they are read."""

    followers_count: int


class Author(Struct):
    """Who wrote a post; joined from the page's `includes`."""

    id: str
    username: str
    public_metrics: Followers


class Reference(Struct):
    """A post that another one quotes or answers."""

    type: str
    id: str


class Post(Struct):
    """A post with its author; what a post does not have is absent."""

    id: str
    text: str
    author_id: str
    created_at: datetime
    public_metrics: Counts
    conversation_id: str | None = None
    lang: str | None = None
    in_reply_to_user_id: str | None = None
    referenced_tweets: list[Reference] | None = None
    author: Author | None = None


class Reading(Struct):
    """The counters of a post at a moment."""

    id: str
    created_at: datetime
    public_metrics: Counts


class Mark(Struct):
    """Whose record it is, and who wrote it; the landing judges their types."""

    id: Any = None
    author_id: Any = None


class Includes(Struct):
    """What comes beside the posts."""

    users: list[Raw] = []


class Meta(Struct):
    """Where the list goes on."""

    result_count: int
    next_token: str | None = None


class Page(Struct):
    """A page of a search or a timeline; without posts, `data` is absent."""

    meta: Meta | None = None  # absent when the account is not there
    data: list[Raw] = []
    includes: Includes | None = None

    def following(self) -> str | None:
        """Return the token of the next page."""
        return self.meta.next_token if self.meta else None

    def posts(self) -> list[Raw]:
        """Return the posts, each with its author as `author` where the page tells."""
        users = {decode(user, type=Mark).id: user for user in (self.includes or Includes()).users}
        authors = [users.get(decode(post, type=Mark).author_id) for post in self.data]
        return [
            with_key(post, "author", author) if author is not None else post
            for post, author in zip(self.data, authors, strict=True)
        ]

    def billed(self) -> set[str]:
        """Return what X bills: the posts and the authors beside them."""
        users = (self.includes or Includes()).users
        posts = {f"post {decode(post, type=Mark).id}" for post in self.data}
        return posts | {f"user {decode(user, type=Mark).id}" for user in users}


class Withdrawal(Struct):
    """A post that must be deleted by whoever keeps it, and why."""

    id: str
    action: str
    reason: str
    created_at: datetime | None = None
    redacted_at: datetime | None = None


class Job(Struct):
    """A batch compliance job; its addresses are signed and take no credentials."""

    id: str = ""
    status: str = ""  # created, in_progress, complete, failed, expired
    upload_url: str = ""
    download_url: str = ""
    name: str = ""

    def is_alive(self) -> bool:
        """Tell whether the job has brought, or may still bring, verdicts."""
        return self.status in ("created", "in_progress", "complete")


class JobAnswer(Struct):
    """One job."""

    data: Job


class JobList(Struct):
    """The jobs of the last days; without any, `data` is absent."""

    data: list[Job] = []
