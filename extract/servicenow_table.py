"""How a table of ServiceNow is walked, and how it is told what an access rule kept back.

Access rules take rows out of a page after the query chose them, so a page may be short or even
empty although more follows. The walk goes on behind such a page, and what was shown is compared
with the number that the Aggregate API counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Raw

from extract.errors import CredentialsRefused, TruncatedFetch
from extract.paging import by_keyset
from extract.servicenow_model import Counted, Page
from extract.source import Batch, Window

if TYPE_CHECKING:
    from extract.http import Client

MOMENT = "%Y-%m-%d %H:%M:%S"
FORBIDDEN = 403
FEW = 5  # hidden rows that are never called a share


def changed(
    client: Client, table: str, fields: str, window: Window, size: int, hidden_share: float
) -> Iterator[Batch]:
    """Yield the rows of a table that changed in the window, by ascending id.

    Rows that access rules hide are noted, if they are at most `hidden_share` of the rows counted;
    more refuse the window. A user who may not count at all has that noted, too.
    """
    walk = Walk(client, table, fields, window, size)
    for records in walk.pages():
        yield Batch(records)
    total = walk.total()
    if total is None:
        yield Batch(note="rows not counted: status 403")
        return
    yield Batch(told=(total, walk.shown))
    hidden = total - walk.shown
    if hidden > max(FEW, hidden_share * total):
        raise TruncatedFetch(
            f"servicenow.{table}: {walk.shown:,} of the {total:,} rows of {window.name} were shown",
            "access rules hide the rest, or the answer was cut short, and the marts would take "
            "them for gone",
            "let the account read the table, or raise hidden_share when the rest is not ours",
        )
    if hidden > 0:
        yield Batch(note=f"{hidden:,} of {total:,} rows are hidden by access rules")


class Walk:
    """One way through a table; counts what it was shown."""

    def __init__(self, client: Client, table: str, fields: str, window: Window, size: int) -> None:
        self.shown = 0
        self._client, self._table, self._size = client, table, size
        self._fields = {
            "sysparm_fields": fields,
            "sysparm_limit": str(size),
            "sysparm_display_value": "false",
            "sysparm_exclude_reference_link": "true",
            "sysparm_no_count": "true",
        }
        since, until = (moment.strftime(MOMENT) for moment in (window.start, window.end))
        self._bounds = f"sys_updated_on>={since}^sys_updated_on<{until}"
        self._counted: int | None = None
        self._may_count = True

    def pages(self) -> Iterator[list[Raw]]:
        """Yield the pages that hold rows."""
        for page in by_keyset(self._behind, Page.last_id, ""):
            self.shown += len(page.result)
            if page.result:
                yield page.result

    def total(self) -> int | None:
        """Count the rows of the window, once; None when the user may not."""
        if self._counted is None and self._may_count:
            self._counted = self._count("")
            self._may_count = self._counted is not None
        return self._counted

    def _behind(self, last: str) -> Page:
        """Read the rows behind an id; past pages of which an access rule left nothing."""
        page = self._page(last, 0)
        total = self.total() if not page.result else None
        if total is not None and self.shown < total:
            rest = self._count(last) or 0
            ahead = map(partial(self._page, last), range(self._size, rest, self._size))
            return next((found for found in ahead if found.result), page)
        return page

    def _page(self, last: str, offset: int) -> Page:
        query = {"sysparm_query": f"{self._query(last)}^ORDERBYsys_id"}
        place = {"sysparm_offset": str(offset)} if offset else {}
        params = {**query, **self._fields, **place}
        return self._client.get(f"/api/now/table/{self._table}", params, Page)

    def _count(self, last: str) -> int | None:
        params = {"sysparm_query": self._query(last), "sysparm_count": "true"}
        try:
            answer = self._client.get(f"/api/now/stats/{self._table}", params, Counted)
        except CredentialsRefused as error:
            if error.http_status != FORBIDDEN:
                raise
            return None
        return int(answer.result.stats.count)

    def _query(self, last: str) -> str:
        return f"{self._bounds}^sys_id>{last}" if last else self._bounds
