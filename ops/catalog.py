"""What sources and streams there are, for callers that must not know the connectors."""

from __future__ import annotations

from importlib import import_module

from extract import NAMES, SOURCES, find_source
from extract.source import Source


def source_names() -> tuple[str, ...]:
    """Return every source's name, broken ones included."""
    return NAMES


def loaded_names() -> tuple[str, ...]:
    """Return the names of the sources whose declarations could be read."""
    return tuple(SOURCES)


def source(name: str) -> Source:
    """Return the source of that name, or refuse and name the ones there are."""
    return find_source(name)


def stream_names(source: str) -> tuple[str, ...]:
    """Return the names of a source's streams."""
    return tuple(stream.name for stream in find_source(source).streams)


def data_sheet(source: str) -> str:
    """Return the docstring of a source's connector."""
    return str(import_module(f"extract.{find_source(source).name}").__doc__)
