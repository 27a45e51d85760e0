"""Serve the input of the landing benchmark over HTTP on loopback, in a process of its own.

    python -m benchmarks.serving FOLDER

Pages of tickets and of events are JSON, `after_cursor` names the next; the day's file of GA4 is
served whole, as the bucket would. The first line of output is the address.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyarrow.parquet as pq

PAGE = 1000


def event_pages(path: Path) -> list[bytes]:
    """Return the rows of a day's file as JSON, a list a page."""
    batches = pq.ParquetFile(path).iter_batches(PAGE)
    return [json.dumps(batch.to_pylist()).encode() for batch in batches]


def answers(folder: Path) -> dict[str, list[bytes]]:
    """Return the bodies of each collection, page by page."""
    with (folder / "pages.jsonl").open("rb") as lines:
        tickets = [line.rstrip()[:-1] for line in lines]  # without the closing brace
    events = [b'{"events": ' + page for page in event_pages(folder / "day.parquet")]
    found = {"tickets": tickets, "events": events}
    for pages in found.values():
        for number, body in enumerate(pages, 1):
            following = f'"{number}"' if number < len(pages) else "null"
            pages[number - 1] = body + f', "after_cursor": {following}}}'.encode()
    return found


def main() -> None:
    """Serve until the process is ended."""
    folder = Path(sys.argv[1])
    pages, day = answers(folder), (folder / "day.parquet").read_bytes()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            kind, name = "application/json", asked.path.strip("/")
            if name in pages:
                body = pages[name][int(parse_qs(asked.query).get("cursor", ["0"])[0])]
            else:
                kind, body = "application/octet-stream", day
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
