"""The fields of Bluesky's posts and accounts that staging reads, and the pages they come in.

Names are the vendor's; `sortAt` is put in by the connector.
"""

# ruff: noqa: N815  (the vendor's names)

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Raw, Struct


class Author(Struct):
    """Who wrote a post: the key that lasts, and the handle of the day."""

    did: str
    handle: str


class Reference(Struct):
    """Another post."""

    uri: str


class Reply(Struct):
    """What a post answers: the post right above it, and the one that the thread began with."""

    parent: Reference
    root: Reference


class Content(Struct):
    """What the author wrote; `createdAt` is what the author's device says, in any form."""

    text: str
    createdAt: str
    langs: list[str] | None = None
    reply: Reply | None = None


class Reading(Struct):
    """The counters of a post at a moment."""

    uri: str
    record: Content
    likeCount: int
    repostCount: int
    replyCount: int
    quoteCount: int


class Post(Struct):
    """A post with its author and its counters at the moment of reading."""

    uri: str
    author: Author
    record: Content
    indexedAt: datetime
    sortAt: datetime
    likeCount: int
    repostCount: int
    replyCount: int
    quoteCount: int


class OwnPost(Struct):
    """A post as a feed shows it; `sortAt` stands beside it here."""

    uri: str
    author: Author
    record: Content
    indexedAt: datetime
    likeCount: int
    repostCount: int
    replyCount: int
    quoteCount: int


class FeedItem(Struct):
    """An own post in the account's feed."""

    post: OwnPost
    sortAt: datetime


class Profile(Struct):
    """The counters of an account."""

    did: str
    handle: str
    followersCount: int
    followsCount: int
    postsCount: int


class Mark(Struct):
    """What dates a post and names it; the landing judges their types."""

    uri: Any = None
    indexedAt: Any = None
    record: Any = None


class Shown(Struct):
    """What a feed shows: a post, and why it stands there if its author did not put it there."""

    post: Mark
    reason: Any = None


class Found(Struct):
    """A page of a search, or posts that were looked up."""

    posts: list[Raw]
    cursor: str | None = None


class Feed(Struct):
    """A page of an account's feed, newest first."""

    feed: list[Raw]
    cursor: str | None = None
