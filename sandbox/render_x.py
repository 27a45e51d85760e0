"""X's records: posts, accounts, and counts that grow as a post gets older."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.books import Record
from sandbox.moments import HOUR, iso_millis

BRAND_ID = "111"
BRAND = "northwind"
MENTION = re.compile(r"@(\w{1,15})")
HASHTAG = re.compile(r"#(\w+)")
COUNTS = ("retweet_count", "reply_count", "like_count", "quote_count", "impression_count")
HALF_AFTER = 9 * HOUR  # a post has half of its final counts after nine hours


@dataclass(frozen=True, slots=True)
class PostShape:
    """What a post says and where it belongs; `answers` is (post, its author)."""

    key: str
    author_id: str
    text: str
    conversation: str
    answers: tuple[str, str] | None = None
    quoted: str | None = None


def post_record(shape: PostShape, us: int) -> Record:
    """Show a post without its counts."""
    record: Record = {
        "id": shape.key,
        "edit_history_tweet_ids": [shape.key],
        "text": shape.text,
        "author_id": shape.author_id,
        "created_at": iso_millis(us),
        "conversation_id": shape.conversation,
        "lang": "en",
    }
    entities: Record = {}
    mentions = [
        {"start": found.start(), "end": found.end(), "username": found[1]}
        for found in MENTION.finditer(shape.text)
    ]
    for mention in mentions:
        if str(mention["username"]).lower() == BRAND:
            mention["id"] = BRAND_ID
        elif shape.answers is not None:
            mention["id"] = shape.answers[1]
    if mentions:
        entities["mentions"] = mentions
    tags = [
        {"start": found.start(), "end": found.end(), "tag": found[1]}
        for found in HASHTAG.finditer(shape.text)
    ]
    if tags:
        entities["hashtags"] = tags
    if entities:
        record["entities"] = entities
    references = []
    if shape.answers is not None:
        record["in_reply_to_user_id"] = shape.answers[1]
        references.append({"type": "replied_to", "id": shape.answers[0]})
    if shape.quoted is not None:
        references.append({"type": "quoted", "id": shape.quoted})
    if references:
        record["referenced_tweets"] = references
    return record


def with_counts(record: Record, ripe: tuple[int, int, int, int, int], age_us: int) -> Record:
    """Show a post with the counts it has reached at an age: whole numbers, never falling."""
    counts = {
        name: final * age_us // (age_us + HALF_AFTER)
        for name, final in zip(COUNTS, ripe, strict=True)
    }
    counts["bookmark_count"] = 0
    return {**record, "public_metrics": counts}


def withdrawal(post: Record, at: str, reason: str) -> Record:
    """Tell as batch compliance does that a post is gone and must be deleted by who keeps it."""
    return {
        "id": post["id"],
        "action": "delete",
        "created_at": post["created_at"],
        "redacted_at": at,
        "reason": reason,
    }


def account_record(key: str, username: str, name: str, followers: int, posts: int) -> Record:
    """Show an account."""
    return {
        "id": key,
        "username": username,
        "name": name,
        "verified": False,
        "public_metrics": {
            "followers_count": followers,
            "following_count": followers // 3 + 12,
            "tweet_count": posts,
            "listed_count": followers // 900,
        },
    }


def brand_account() -> Record:
    """Show the company's own account."""
    return {**account_record(BRAND_ID, BRAND, "Northwind", 49_020, 8_130), "verified": True}
