"""What strangers on X say of the company's competitors: the other side of the share of voice.

Only accounts that were seen before write, so nobody is born or found by it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.chance import count, pick
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, to_millis
from sandbox.posts import post_id, publish
from sandbox.render_x import PostShape

RIVALS = (("Voltara", 0.6), ("Brightgrid", 0.4))
POSTS_A_DAY = 0.006  # for each customer
TEXTS = (
    "{b} raised its price again, {n} euro more",
    "my neighbours are with {b} and like the app",
    "{b} or a boiler of {n} years, what would you do?",
    "waiting for {b} since {n} o'clock",
    "{b} has a new hub, looks nice",
)


@dataclass(frozen=True, slots=True)
class RivalPost:
    """A post that names a competitor and not the company."""

    post_id: str
    brand: str
    us: int


def rivals_day(company: Company, day_us: int) -> list[RivalPost]:
    """Publish what is said of competitors on a day that was lived."""
    rng = company.rng("rivals", day_us // DAY)
    known = sorted(
        number for number in company.strangers.values() if company.people[number].x_id is not None
    )
    found = []
    for _ in range(count(rng, company.customers * POSTS_A_DAY) if known else 0):
        author = company.people[known[rng.randrange(len(known))]]
        us = to_millis(day_us + rng.randrange(6 * HOUR, 24 * HOUR))
        brand = pick(rng, RIVALS)
        text = rng.choice(TEXTS).format(b=brand, n=rng.randrange(2, 30))
        key = post_id(us, author.number + 1)
        publish(company, PostShape(key, str(author.x_id), text, key), us, 120)
        found.append(RivalPost(key, brand.lower(), us))
    return found
