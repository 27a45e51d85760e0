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

    def ids(self) -> list[str]:
        """Return the ids of the posts."""
        return [str(decode(post, type=Mark).id) for post in self.data]


class Looked(Struct):
    """The answer to a look-up by ids; posts that are gone are left out."""

    data: list[Raw] = []
