"""How X's posts are read: page after page, within a budget, because every post read is paid for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from extract.access import Traffic
from extract.errors import ReadBudgetSpent, RequestRefused, TruncatedFetch
from extract.paging import by_cursor
from extract.source import Window
from extract.x_model import Page

if TYPE_CHECKING:
    from extract.http import Client

LEAST, MOST = 10, 100
DEPTHS = {"tweets": 3_200, "mentions": 800}  # posts that a timeline reaches back


class Purse:
    """What a run may still read of posts and authors, all its streams and tries together.

    X bills a resource once a UTC day, and so does the purse within one reading. What two streams
    both read counts twice: the budget is kept, not used up to the last cent. An attempt that was
    killed left no count behind.
    """

    def __init__(self, budget: int, traffic: Traffic) -> None:
        self._budget = budget
        self._traffic = traffic
        self._billed: set[str] = set()

    def most(self, each: int) -> int:
        """Return how many posts to ask for next at `each` reads a post, or refuse to ask at all."""
        spent = self._traffic.reads_before + self._traffic.reads
        most = (self._budget - spent) // each
        if most < LEAST:
            raise ReadBudgetSpent(
                f"x: {spent:,} posts and authors read of this run's budget of {self._budget:,}, "
                "and the next page may cost more than the rest",
                "a part of a window would look like the whole, so nothing is landed",
                "raise CXW_X_READ_BUDGET or ask for a shorter window",
            )
        return min(MOST, most)

    def spend(self, page: Page) -> None:
        """Take what a page brought out of the budget."""
        fresh = page.billed() - self._billed
        self._billed |= fresh
        self._traffic.reads += len(fresh)


def pages(
    client: Client, path: str, token: str, asked: Mapping[str, str], window: Window, budget: int
) -> Iterator[Page]:
    """Yield the pages of a search or a timeline; `token` names the parameter that pages."""
    purse, each = Purse(budget, client.traffic), 2 if "expansions" in asked else 1
    span = {"start_time": _zulu(window, "start"), "end_time": _zulu(window, "end")}

    def fetch(place: str | None) -> Page:
        params = {**asked, **span, "max_results": str(purse.most(each))}
        page = client.get(path, {**params, token: place} if place else params, Page)
        purse.spend(page)
        if page.meta is None:
            raise RequestRefused(
                f"x: GET {path} answered without posts and without a count",
                "X does so when the account is gone or its name is wrong",
                "check CXW_X_ACCOUNT_ID",
            )
        return page

    read, depth = 0, DEPTHS.get(path.rpartition("/")[2])
    for page in by_cursor(fetch, Page.following):
        read += len(page.data)
        yield page
    if depth is not None and read >= depth:
        raise TruncatedFetch(
            f"x: GET {path} gave {read:,} posts, and reaches no more than {depth:,} back",
            "older posts of the window may lie beyond, so its file would miss them in silence",
            "ask for a shorter window",
        )


def _zulu(window: Window, name: str) -> str:
    return f"{getattr(window, name):%Y-%m-%dT%H:%M:%SZ}"
