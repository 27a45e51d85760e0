"""The truth of who wrote what on Bluesky, and of the posts on X that were withdrawn.

A withdrawn post stays in the table of posts: whoever reads once a week learns of it later.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sandbox.company import COMPANY, Company
from sandbox.moments import as_datetime

_TEXT, _AT = pa.string(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "bluesky_posts": [
        ("post_id", _TEXT),
        ("person_id", _TEXT),
        ("author_id", _TEXT),
        ("created_at", _AT),  # the moment by which Bluesky sorts
        ("true_sentiment", _TEXT),
    ],
    "withdrawn_posts": [("post_id", _TEXT), ("withdrawn_at", _AT), ("withdrawal_type", _TEXT)],
}


def rows(company: Company, until_us: int) -> dict[str, list[tuple[Any, ...]]]:
    """Give the rows of both tables before a moment; the company's own posts are left out."""
    written = [
        (
            post.uri,
            f"person-{post.person:06d}",
            post.author.did,
            as_datetime(post.sort_us),
            post.sentiment,
        )
        for post in company.sky_posts
        if post.person != COMPANY and post.seen_us < until_us
    ]
    gone = [
        (str(post.record["id"]), as_datetime(post.gone[0]), post.gone[1])
        for post in company.x_records
        if post.gone is not None and post.gone[0] < until_us
    ]
    return {"bluesky_posts": sorted(written), "withdrawn_posts": sorted(gone)}
