"""From the vendors' APIs to Parquet files: connectors, one HTTP client, one landing writer.

A new source is a module with its data sheet and streams, and an entry here.
"""

from extract import (
    bluesky,
    facebook,
    files,
    ga4,
    hubspot,
    search_console,
    servicenow,
    typeform,
    x,
    zendesk,
)
from extract.errors import UnknownSource
from extract.source import Source

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        zendesk.SOURCE,
        hubspot.SOURCE,
        ga4.SOURCE,
        search_console.SOURCE,
        x.SOURCE,
        bluesky.SOURCE,
        servicenow.SOURCE,
        files.SOURCE,
        facebook.SOURCE,
        typeform.SOURCE,
    )
}


def find_source(name: str) -> Source:
    """Return the source of that name, or refuse and name the ones there are."""
    if name not in SOURCES:
        raise UnknownSource(
            f"source {name!r}", "there is no such source", f"choose one of {', '.join(SOURCES)}"
        )
    return SOURCES[name]
