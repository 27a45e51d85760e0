"""From the vendors' APIs to Parquet files: connectors, one HTTP client, one landing writer.

A new source is a module with its data sheet and streams, and its name here.
"""

from importlib import import_module

from extract.errors import UnknownSource
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
SOURCES: dict[str, Source] = {name: import_module(f"extract.{name}").SOURCE for name in NAMES}


def find_source(name: str) -> Source:
    """Return the source of that name, or refuse and name the ones there are."""
    if name not in SOURCES:
        raise UnknownSource(
            f"source {name!r}", "there is no such source", f"choose one of {', '.join(SOURCES)}"
        )
    return SOURCES[name]
