"""From the vendors' APIs to Parquet files: connectors, one HTTP client, one landing writer.

A new source is a module with its data sheet and streams, and its name here.
"""

from importlib import import_module

from extract.errors import InvalidDeclaration, UnknownSource
from extract.source import Source

# In the order in which a run reads them; each is a module of this package.
NAMES = (
    "zendesk",
    "hubspot",
    "ga4",
    "search_console",
    "x",
    "bluesky",
    "servicenow",
    "facebook",
    "typeform",
    "files",
)
SOURCES: dict[str, Source] = {}
BROKEN: dict[str, InvalidDeclaration] = {}  # not in SOURCES; a mistake in one stops no other
for _name in NAMES:
    try:
        SOURCES[_name] = import_module(f"extract.{_name}").SOURCE
    except InvalidDeclaration as _error:
        BROKEN[_name] = _error


def find_source(name: str) -> Source:
    """Return the source of that name; refuse one that is broken, or that there is not."""
    if name in BROKEN:
        raise BROKEN[name].with_traceback(None)
    if name not in SOURCES:
        raise UnknownSource(
            f"source {name!r}", "there is no such source", f"choose one of {', '.join(NAMES)}"
        )
    return SOURCES[name]
