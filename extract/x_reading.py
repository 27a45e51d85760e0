"""How X's posts are read: page after page, within a budget, because every post read is paid for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from extract.errors import ReadBudgetSpent, RequestRefused
from extract.paging import by_cursor, chunks
from extract.source import Window
from extract.x_model import Looked, Page

if TYPE_CHECKING:
    from msgspec import Raw

    from extract.http import Client

LEAST, MOST = 10, 100


class Purse:
    """The posts that a run may still read."""

    def __init__(self, budget: int) -> None:
        self._budget = self._left = budget

    def most(self, wanted: int, least: int) -> int:
        """Return how many posts the next request may bring, or refuse to read on."""
        if self._left < least:
            raise ReadBudgetSpent(
                f"x: {self._budget - self._left:,} posts read of a budget of {self._budget:,}, "
                "and more are there",
                "a part of a window would look like the whole, so nothing is landed",
                "raise CXW_X_READ_BUDGET or ask for a shorter window",
            )
        return min(wanted, self._left)

    def spend(self, posts: int) -> None:
        """Take posts that were read out of the budget."""
        self._left -= posts


def pages(
    client: Client, path: str, token: str, asked: Mapping[str, str], window: Window, purse: Purse
) -> Iterator[Page]:
    """Yield the pages of a search or a timeline; `token` names the parameter that pages."""
    span = {"start_time": _zulu(window, "start"), "end_time": _zulu(window, "end")}

    def fetch(place: str | None) -> Page:
        params = {**asked, **span, "max_results": str(purse.most(MOST, LEAST))}
        page = client.get(path, {**params, token: place} if place else params, Page)
        purse.spend(len(page.data))
        if page.meta is None:
            raise RequestRefused(
                f"x: GET {path} answered without posts and without a count",
                "X does so when the account is gone or its name is wrong",
                "check CXW_X_ACCOUNT_ID",
            )
        return page

    return by_cursor(fetch, Page.following)


def looked_up(
    client: Client, ids: list[str], asked: Mapping[str, str], purse: Purse
) -> Iterator[list[Raw]]:
    """Yield posts by their ids; those that are gone are left out."""
    for chunk in chunks(ids, MOST):
        purse.most(len(chunk), len(chunk))
        answer = client.get("/2/tweets", {**asked, "ids": ",".join(chunk)}, Looked)
        purse.spend(len(answer.data))
        yield answer.data


def _zulu(window: Window, name: str) -> str:
    return f"{getattr(window, name):%Y-%m-%dT%H:%M:%SZ}"
