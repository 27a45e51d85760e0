"""Bluesky's records: posts with counts that grow, accounts, and the keys that they bear."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.books import Record
from sandbox.chance import stable_hash
from sandbox.moments import DAY, HOUR, iso_millis

BRAND_HANDLE = "northwind.example"
BRAND_DID = "did:plc:northwind2o4q6s7u2w3y4a5"
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"  # in the order of their worth
COUNTS = ("replyCount", "repostCount", "likeCount", "quoteCount")
HALF_AFTER = 9 * HOUR  # a post has half of its final counts after nine hours


@dataclass(frozen=True, slots=True)
class Account:
    """Who writes."""

    did: str
    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class SkyPost:
    """A post; `made_us` is what its author's device says, `seen_us` when Bluesky indexed it."""

    uri: str
    author: Account
    person: int  # below zero for the company
    text: str
    made_us: int
    seen_us: int
    ripe: tuple[int, int, int, int]
    sentiment: str
    answers: str | None = None
    reposted_us: int | None = None  # when the company passed it on

    @property
    def sort_us(self) -> int:
        """The moment by which Bluesky sorts: the earlier of the two."""
        return min(self.made_us, self.seen_us)


BRAND = Account(BRAND_DID, BRAND_HANDLE, "Northwind")


def did_of(number: int) -> str:
    """Give the lasting key of a person's account."""
    seed = stable_hash("did", number) << 64 | stable_hash("did too", number)
    return "did:plc:" + _letters(seed, 24)


def uri_of(did: str, us: int) -> str:
    """Give a post's address; its last part grows with time."""
    return f"at://{did}/app.bsky.feed.post/{_letters(us << 10 | stable_hash(did, us) & 1023, 13)}"


def _letters(number: int, count: int) -> str:
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(count)))


def post_view(post: SkyPost, now_us: int) -> Record:
    """Show a post with the counts that it has reached: whole numbers, never falling."""
    age = now_us - post.seen_us
    record: Record = {
        "$type": "app.bsky.feed.post",
        "createdAt": iso_millis(post.made_us),
        "langs": ["en"],
        "text": post.text,
    }
    if post.answers is not None:
        reference = {"cid": cid_of(post.answers), "uri": post.answers}
        record["reply"] = {"parent": reference, "root": reference}
    counts = {
        name: final * age // (age + HALF_AFTER)
        for name, final in zip(COUNTS, post.ripe, strict=True)
    }
    return {
        "uri": post.uri,
        "cid": cid_of(post.uri),
        "author": {
            "did": post.author.did,
            "handle": post.author.handle,
            "displayName": post.author.name,
            "labels": [],
            "createdAt": "2024-11-01T10:00:00.000Z",
        },
        "record": record,
        **counts,
        "bookmarkCount": 0,
        "indexedAt": iso_millis(post.seen_us),
        "labels": [],
    }


def cid_of(uri: str) -> str:
    """Give the hash of a post's content."""
    return f"bafyrei{_letters(stable_hash('cid', uri), 13)}"


def profile_view(posts: int, day: int) -> Record:
    """Show the company's account on a day since the first one."""
    return {
        "did": BRAND_DID,
        "handle": BRAND_HANDLE,
        "displayName": BRAND.name,
        "description": "Energy at home, told plainly.",
        "followersCount": 1_180 + 4 * day + stable_hash("followers", day) % 4,
        "followsCount": 85 + day // 9,
        "postsCount": 240 + posts,
        "createdAt": "2024-11-01T10:00:00.000Z",
        "indexedAt": iso_millis(1_730_455_200_000_000 + day * DAY),
        "labels": [],
    }
