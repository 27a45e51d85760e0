"""What a reader of the vendors' records alone can know about persons and their lives.

Written apart from the sandbox's truth: identities come from records joined on exact identifiers,
with the guard that a telephone seen with two addresses or two customer numbers links nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sandbox.stories import PLANTED, Story
from sandbox.world import World

START = date(2026, 7, 1)
Node = tuple[str, str]


def e164(written: str) -> str:
    digits = re.sub(r"[^\d+]", "", written.replace("(0)", ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("0"):
        digits = "+31" + digits[1:]
    return digits


def newest(world: World, name: str, until: datetime) -> dict[str, dict[str, Any]]:
    return {version.key: version.record for version in world.versions(name, until)}


def events_of(world: World, until: datetime) -> list[dict[str, Any]]:
    """Give the analytics hits before `until` as the export shows them ten minutes later."""
    rows: list[dict[str, Any]] = []
    day = world.start
    while day < until.date():
        table = world.ga4_day(day, until + timedelta(minutes=10))
        assert table is not None
        columns = ["event_timestamp", "event_name", "user_pseudo_id", "user_id", "event_params"]
        rows += table.select(columns).to_pylist()
        day += timedelta(days=1)
    return rows


def session_id(row: dict[str, Any]) -> int:
    found = {p["key"]: p["value"]["int_value"] for p in row["event_params"]}
    return int(found["ga_session_id"])


class Links:
    """Joins nodes that stand in one record."""

    def __init__(self) -> None:
        self._over: dict[Node, Node] = {}

    def find(self, node: Node) -> Node:
        while self._over.setdefault(node, node) != node:
            node = self._over[node]
        return node

    def join(self, nodes: list[Node]) -> None:
        for node in nodes[1:]:
            self._over[self.find(node)] = self.find(nodes[0])


def records_of(world: World, until: datetime) -> list[dict[str, str]]:
    """Give the identifiers of each living record."""
    records: list[dict[str, str | None]] = []
    for key, contact in newest(world, "hubspot.contacts", until).items():
        if contact["archived"]:
            continue
        p = contact["properties"]
        merged = (p["hs_merged_object_ids"] or "").split(";")
        records.append(
            {
                "crm_contact_id": key,
                "email": p["email"].lower() if p["email"] else None,
                "phone": e164(p["phone"]) if p["phone"] else None,
                "customer_number": p["customer_number"],
                "web_client_id": p["ga_client_id"],
                "x_username": p["twitterhandle"].lower() if p["twitterhandle"] else None,
            }
        )
        records += [{"crm_contact_id": key, "merged": other} for other in merged if other]
    for key, user in newest(world, "zendesk.users", until).items():
        if user["role"] == "end-user":
            records.append(
                {
                    "zendesk_user_id": key,
                    "email": user["email"].lower() if user["email"] else None,
                    "phone": e164(user["phone"]) if user["phone"] else None,
                    "customer_number": user["external_id"],
                }
            )
    return [{k: v for k, v in record.items() if v} for record in records]


def shared_phones(records: list[dict[str, str]]) -> set[str]:
    seen: defaultdict[str, dict[str, set[str]]] = defaultdict(
        lambda: {"email": set(), "customer_number": set()}
    )
    for record in records:
        if "phone" in record:
            for kind in ("email", "customer_number"):
                if kind in record:
                    seen[record["phone"]][kind].add(record[kind])
    return {phone for phone, by in seen.items() if max(map(len, by.values())) > 1}


def linked(world: World, until: datetime, events: list[dict[str, Any]]) -> Links:
    links, records = Links(), records_of(world, until)
    shared = shared_phones(records)
    for record in records:
        nodes = [node for node in record.items() if node[0] != "phone" or node[1] not in shared]
        links.join(nodes)
    for row in events:
        nodes = [("web_client_id", row["user_pseudo_id"])]
        if row["user_id"]:
            nodes.append(("customer_number", row["user_id"]))
        links.join(nodes)
    return links


def lives_of(
    world: World, until: datetime, *, with_duplicates: bool
) -> tuple[Links, dict[Node, list[tuple[datetime, str]]]]:
    """Give the lifecycle events of each component."""
    events = events_of(world, until)
    links = linked(world, until, events)
    lives: defaultdict[Node, list[tuple[datetime, str]]] = defaultdict(list)
    sessions: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for row in events:
        found = sessions[row["user_pseudo_id"], session_id(row)]
        us = row["event_timestamp"]
        found["visit"] = min(found.get("visit", us), us)
        if row["event_name"] == "feature_use":
            found["use"] = min(found.get("use", us), us)
    for (client, _), found in sessions.items():
        owner = links.find(("web_client_id", client))
        for kind, us in found.items():
            lives[owner].append((moment(us), kind))
    leads: defaultdict[Node, list[datetime]] = defaultdict(list)
    for key, contact in newest(world, "hubspot.contacts", until).items():
        if not contact["archived"]:
            when = datetime.fromisoformat(contact["properties"]["createdate"])
            leads[links.find(("crm_contact_id", key))].append(when)
    for owner, moments in leads.items():
        counted = moments if with_duplicates else [min(moments)]
        lives[owner] += [(when, "lead") for when in counted]
    for deal in newest(world, "hubspot.deals", until).values():
        contact_id = deal["associations"]["contacts"]["results"][0]["id"]
        owner = links.find(("crm_contact_id", contact_id))
        p = deal["properties"]
        lives[owner].append((datetime.fromisoformat(p["createdate"]), "deal_opened"))
        stage = {"closedwon": "deal_won", "closedlost": "deal_lost"}.get(p["dealstage"])
        if stage:
            lives[owner].append((datetime.fromisoformat(p["closedate"]), stage))
    return links, lives


def moment(us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


def day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)


def stages(events: list[tuple[datetime, str]], until: datetime) -> list[tuple[str, datetime]]:
    """Tell the stage changes of a life in another way than the sandbox's own machine does."""
    order = ["visit", "lead", "deal_opened", "deal_lost", "deal_won", "use"]
    ordered = sorted((at, order.index(kind)) for at, kind in events if at < until)
    changes: list[tuple[str, datetime]] = []

    def move(stage: str, at: datetime) -> None:
        if not changes or changes[-1][0] != stage:
            changes.append((stage, at))

    for place, (at, _) in enumerate(ordered):
        past = [kind for _, kind in ordered[: place + 1]]
        won, opened, lost = past.count(4), past.count(2), past.count(3)
        used = past[past.index(4) :].count(5) if won else 0
        if won >= 2 and used:
            move("loyal", at)
        elif won and used:
            move("using", at)
        elif won or opened - lost - won >= 1:
            move("purchasing", at)
        else:
            move("considering", at)
        end = ordered[place + 1][0] if place + 1 < len(ordered) else until
        if at + timedelta(days=30) < end:
            move("lapsed" if won else "lost", at + timedelta(days=30))
        if won and at + timedelta(days=60) < end:
            move("lost", at + timedelta(days=60))
    return changes


@lru_cache(maxsize=4)
def lived(seed: int, customers: int, until: str, stories: tuple[Story, ...] = PLANTED) -> World:
    """Give a world that has lived up to a day; tests only read it."""
    world = World(seed, customers, START, stories)
    world.advance(day(until))
    return world
