"""Which fields of a post or an account an answer shows, and what it includes beside the posts."""

from __future__ import annotations

from typing import Any

from sandbox.faces.view import Record, View
from sandbox.faces.wire import Request

POST_ALWAYS = ("id", "text", "edit_history_tweet_ids")
USER_ALWAYS = ("id", "name", "username")


def answer(request: Request, posts: list[Record], view: View) -> dict[str, Any]:
    """Build `data` and `includes` of an answer; both are absent when they would be empty."""
    expansions = set(request.listed("expansions"))
    fields = {*POST_ALWAYS, *request.listed("tweet.fields")}
    if "author_id" in expansions:
        fields.add("author_id")
    if "referenced_tweets.id" in expansions:
        fields.add("referenced_tweets")
    body: dict[str, Any] = {}
    if posts:
        body["data"] = [_chosen(post, fields) for post in posts]
    includes: dict[str, Any] = {}
    shown = list(posts)
    if "referenced_tweets.id" in expansions and (found := _referenced(request, posts, view)):
        includes["tweets"] = [_chosen(post, fields) for post in found]
        if "referenced_tweets.id.author_id" in expansions:
            shown += found
    if "author_id" in expansions and (authors := _authors(shown, view)):
        wanted = {*USER_ALWAYS, *request.listed("user.fields")}
        includes["users"] = [_chosen(user, wanted) for user in authors]
    if includes:
        body["includes"] = includes
    return body


def _chosen(record: Record, fields: set[str]) -> Record:
    return {name: value for name, value in record.items() if name in fields}


def _authors(posts: list[Record], view: View) -> list[Record]:
    users = view.world.x_users()
    ids = dict.fromkeys(str(post["author_id"]) for post in posts)
    return [users[key] for key in ids if key in users]


def _referenced(request: Request, posts: list[Record], view: View) -> list[Record]:
    known = view.posts_by_id(request.now)
    ids = dict.fromkeys(
        str(one["id"]) for post in posts for one in post.get("referenced_tweets") or []
    )
    return [known[key] for key in ids if key in known]
