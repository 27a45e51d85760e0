"""What an answer holds, read within bounds: what is hostile in it is told, and never followed.

A body that unpacks to gigabytes ends at `MOST`; JSON that is nested without end is refused. Half of
a surrogate pair, as programs leave it that cut a text within an emoji, is no text in any encoding:
it becomes U+FFFD, so that one post cannot keep a window from being read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import httpx
import msgspec

T = TypeVar("T")
MOST = 256 * 2**20  # bytes of one answer, unpacked; no page of a vendor has a tenth of it
CHUNK = 1 << 20
OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}
# Escapes in the order of the text, so that a backslash that is itself escaped escapes nothing.
ESCAPE = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|(\\.)",
    re.DOTALL,
)


class Unreadable(Exception):
    """The answer came but cannot be used; trying again may help."""


def whole(response: httpx.Response) -> bytes:
    """Return the unpacked body; one that does not end is left."""
    parts, size = [], 0
    for part in response.iter_bytes(CHUNK):
        parts.append(part)
        size += len(part)
        if size > MOST:
            raise Unreadable(f"more than {MOST >> 20} MB in one answer")
    return b"".join(parts)


def read(response: httpx.Response) -> httpx.Response:
    """Return an answer whose body is there, to be looked at."""
    told = [one for one in response.headers.multi_items() if one[0].lower() not in OF_THE_BODY]
    status, asked = response.status_code, response.request
    return httpx.Response(status, headers=told, content=whole(response), request=asked)


def decoded(response: httpx.Response, decode: Callable[[bytes], T]) -> T:
    """Decode an answer; a sign-in page or a cut body is told by its kind, not by its content."""
    content = whole(response)
    if "html" in response.headers.get("content-type", "") or content[:1] == b"<":
        raise Unreadable("a page of HTML instead of JSON")
    try:
        return tolerant(decode, content)
    except msgspec.ValidationError as error:
        raise Unreadable(f"JSON of another shape ({error})") from None
    except RecursionError:
        raise Unreadable("JSON that is nested without end") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unreadable(f"{len(content)} bytes that are no whole JSON") from None


def tolerant(decode: Callable[[bytes], T], content: bytes) -> T:
    """Decode JSON, if need be without the halves of surrogate pairs."""
    try:
        return decode(content)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        mended = without_halves(content)
        if mended == content:
            raise
        return decode(mended)


def without_halves(content: bytes) -> bytes:
    """Replace each half of a surrogate pair in JSON; what is whole stays as it is."""
    return ESCAPE.sub(lambda found: rb"\ufffd" if found[2] else found[0], content)
