"""The company on Bluesky: the same persons, other generators, and nothing that moves X."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pytest

from sandbox import bluesky
from sandbox.moments import DAY, as_us
from sandbox.render_bluesky import BRAND, post_view
from sandbox.world import World

START = date(2026, 7, 1)
UNTIL = datetime(2026, 8, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    made = World(7, 300, START)
    made.advance(UNTIL)
    return made


def test_without_bluesky_the_posts_on_x_are_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky, "bluesky_day", lambda *_: None)
    other = World(7, 300, START)
    other.advance(UNTIL)
    assert other.sky_posts(UNTIL) == []
    assert other.x_posts(UNTIL) == world.x_posts(UNTIL)
    names = ("zendesk.tickets", "hubspot.contacts", "hubspot.deals")
    assert all(other.versions(name, UNTIL) == world.versions(name, UNTIL) for name in names)


def test_persons_who_post_on_bluesky_are_persons_of_the_company(world: World) -> None:
    written = [post for post in world.sky_posts(UNTIL) if post.author != BRAND]
    people = world.company.people
    on_x = {post.record["author_id"] for post in world.company.x_records}
    assert len(written) > 40
    assert any(people[post.person].x_id in on_x for post in written)
    for post in written:
        handle = people[post.person].handle
        assert handle is not None
        assert post.author.handle == f"{handle.lower().replace('_', '-')}.bsky.social"
    dids = {post.author.did: post.author.handle for post in written}
    assert len(set(dids.values())) == len(dids)


def test_addresses_are_unique_and_counts_never_fall(world: World) -> None:
    posts = world.sky_posts(UNTIL)
    assert len({post.uri for post in posts}) == len(posts)
    for post in posts[:50]:
        early, late = (post_view(post, as_us(UNTIL) + days * DAY) for days in (0, 5))
        for name in ("likeCount", "repostCount", "replyCount", "quoteCount"):
            assert early[name] <= late[name]


def test_a_few_devices_have_a_wrong_clock(world: World) -> None:
    posts = world.company.sky_posts
    assert any(post.made_us > post.seen_us for post in posts)
    assert any(post.made_us < post.seen_us - DAY for post in posts)


def test_the_same_seed_makes_the_same_posts(world: World) -> None:
    again = World(7, 300, START)
    again.advance(UNTIL)
    one, other = (
        hashlib.sha256(repr(each.sky_posts(UNTIL)).encode()).hexdigest() for each in (world, again)
    )
    assert one == other
