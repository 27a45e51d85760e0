"""Which marts and which readers depend on a stream, as dbt's manifest tells it.

The answer is never typed: models come from the manifest's graph, readers from its exposures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Affected:
    """Marts that a failure makes stale; the dashboards and reports on them, with their owners."""

    marts: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    known: bool = True  # False: no manifest yet, so nothing can be said


def affected_by(manifest: Path, streams: Iterable[str] | None) -> Affected:
    """Return what depends on the streams (`source.stream`); None stands for every mart."""
    try:
        graph = json.loads(manifest.read_text())
    except (OSError, ValueError):
        return Affected(known=False)
    nodes, children = graph.get("nodes", {}), graph.get("child_map", {})
    marts = {key for key, node in nodes.items() if _is_mart(node)}
    reached = marts if streams is None else _reached(children, _starts(graph, streams))
    stale = marts & reached
    readers = {
        _reader(exposure)
        for exposure in graph.get("exposures", {}).values()
        if stale & set(exposure["depends_on"]["nodes"])
    }
    names = sorted(nodes[key]["name"] for key in stale)
    return Affected(tuple(names), tuple(sorted(readers)))


def _is_mart(node: dict[str, Any]) -> bool:
    return node["resource_type"] == "model" and "marts" in node.get("fqn", ())


def _reader(exposure: dict[str, Any]) -> str:
    owner = exposure.get("owner", {})
    told = ", ".join(owner[key] for key in ("name", "email") if owner.get(key))
    name: str = exposure["label"] or exposure["name"]
    return f"{name} ({told})" if told else name


def _starts(graph: dict[str, Any], streams: Iterable[str]) -> set[str]:
    wanted = set(streams)
    staging = {"stg_" + name.replace(".", "__", 1) for name in wanted}
    models = {key for key, node in graph["nodes"].items() if node["name"] in staging}
    sources = {
        key
        for key, node in graph.get("sources", {}).items()
        if f"{node['source_name']}.{node['name']}" in wanted
    }
    return models | sources


def _reached(children: dict[str, list[str]], starts: set[str]) -> set[str]:
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(children.get(key, ()))
    return seen
