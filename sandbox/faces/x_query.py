"""The query language of X's recent search, as far as this company's queries go.

Words, quoted phrases, @mentions, #hashtags, `from:`, `to:`, `lang:`, `is:retweet|reply|quote`,
negation, OR, grouping; words beside each other must all be found. Any other operator is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.faces.view import Record

Test = Callable[[Record, str], bool]

TOKEN = re.compile(r'\s*(-?)(?:(\()|(\))|"([^"]*)"|([^\s()"-][^\s()"]*))')
WORD = re.compile(r"[@#]?\w+")
KINDS = {"retweet": "retweeted", "reply": "replied_to", "quote": "quoted"}
LONGEST = 512


class InvalidQuery(Exception):
    """The query is not one that recent search answers."""


def compile_query(query: str) -> Test:
    """Turn a query into a test of (post, author's username)."""
    if not query or len(query) > LONGEST:
        message = f"query has {len(query)} characters, expected 1 to {LONGEST}"
        raise InvalidQuery(message)
    tokens = _tokens(query)
    parser = _Parser(tokens)
    test = parser.any_of()
    if parser.left():
        message = f"no viable alternative at '{parser.peek()}' in the query"
        raise InvalidQuery(message)
    return test


def _tokens(query: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = query.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            message = f"no viable alternative at character {at} of the query"
            raise InvalidQuery(message)
        at = match.end()
        minus, opening, closing, phrase, word = match.groups()
        if minus:
            found.append(("not", "-"))
        if opening:
            found.append(("(", "("))
        elif closing:
            found.append((")", ")"))
        elif phrase is not None:
            found.append(("phrase", phrase))
        elif word == "OR":
            found.append(("or", "OR"))
        else:
            found.append(("word", word))
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def left(self) -> bool:
        return self._at < len(self._tokens)

    def peek(self) -> str:
        return self._tokens[self._at][1]

    def _kind(self) -> str:
        return self._tokens[self._at][0] if self.left() else "end"

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self._kind() == "or":
            self._at += 1
            tests.append(self._all_of())
        return lambda post, author: any(test(post, author) for test in tests)

    def _all_of(self) -> Test:
        tests = []
        while self._kind() in {"word", "phrase", "(", "not"}:
            tests.append(self._one())
        if not tests:
            message = f"the query ends or breaks off before term {self._at + 1}"
            raise InvalidQuery(message)
        return lambda post, author: all(test(post, author) for test in tests)

    def _one(self) -> Test:
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "not":
            if self._kind() not in {"word", "phrase", "("}:
                message = "a '-' stands before nothing in the query"
                raise InvalidQuery(message)
            inner = self._one()
            return lambda post, author: not inner(post, author)
        if kind == "(":
            inner = self.any_of()
            if self._kind() != ")":
                message = "a bracket is not closed in the query"
                raise InvalidQuery(message)
            self._at += 1
            return inner
        return _phrase(text) if kind == "phrase" else _term(text)


def _term(text: str) -> Test:
    if text.startswith("@"):
        return lambda post, _author: mentions(post, text[1:])
    if ":" not in text or text.startswith("#"):
        return _phrase(text)
    operator, _, value = text.partition(":")
    value = value.lower()
    if operator == "is" and value in KINDS:
        return lambda post, _author: KINDS[value] in reference_types(post)
    if operator == "from":
        return lambda post, author: value.lstrip("@") in {author.lower(), str(post["author_id"])}
    if operator == "to":
        return lambda post, _author: str(post.get("text", "")).lower().startswith("@" + value)
    if operator == "lang":
        return lambda post, _author: post.get("lang") == value
    message = f"Reference to invalid operator '{operator}'. Operator is not available here."
    raise InvalidQuery(message)


def _phrase(text: str) -> Test:
    wanted = WORD.findall(text.lower())

    def holds(post: Record, _author: str) -> bool:
        words = [word.lstrip("@") for word in WORD.findall(str(post.get("text", "")).lower())]
        width = len(wanted)
        return any(words[i : i + width] == wanted for i in range(len(words) - width + 1))

    return holds


def mentions(post: Record, username: str) -> bool:
    """Tell whether a post mentions an account by its name."""
    named = (post.get("entities") or {}).get("mentions") or []
    return any(str(one.get("username", "")).lower() == username.lower() for one in named)


def reference_types(post: Record) -> set[str]:
    """Give how a post refers to others: retweeted, quoted, replied_to."""
    return {str(one["type"]) for one in post.get("referenced_tweets") or []}
