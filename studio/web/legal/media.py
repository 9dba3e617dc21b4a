"""Recordings out of the vault, in ranges, so that a browser can seek without the whole file in memory."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from fastapi.responses import PlainTextResponse, Response, StreamingResponse

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_PLAYABLE = frozenset({"video/webm", "video/mp4", "video/quicktime", "video/x-matroska", "audio/webm", "image/jpeg"})
PRIVATE = {"Cache-Control": "no-store", "Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff"}


def ranged(
    header: str | None, *, size: int, media_type: str, name: str, read: Callable[[int, int], Iterator[bytes]]
) -> Response:
    """Answer a request for a file, or for a part of it.

    Args:
        header: the request's Range header.
        size: bytes of the whole.
        name: what a document is saved as.
        media_type: what the bytes were found to be; anything that is no recording or picture goes out as plain bytes.
        read: gives the bytes from a start up to an end.
    """
    known = media_type.split(";", maxsplit=1)[0].strip()
    kind = known if known in _PLAYABLE else "application/octet-stream"
    span = None if header is None else _span(header, size)
    if header is not None and span is None:
        return PlainTextResponse("no such range", 416, headers={**PRIVATE, "Content-Range": f"bytes */{size}"})
    start, end = span or (0, size)
    chunks = read(start, end)
    first = next(chunks, b"")  # a file that cannot be read says so before the answer has begun
    headers = {**PRIVATE, "Content-Length": str(end - start), "Content-Disposition": _disposition(kind, name)}
    if span is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(itertools.chain((first,), chunks), 206 if span else 200, media_type=kind, headers=headers)


def _disposition(kind: str, name: str) -> str:
    """Recordings and pictures are shown; everything else is only ever saved, whatever it says it is."""
    return "inline" if kind in _PLAYABLE else f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _span(header: str, size: int) -> tuple[int, int] | None:
    """The range as (start, end), end not included; None for what cannot be given. Several ranges are not."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or size == 0:
        return None
    first, last = found.groups()
    if not first:
        if not last or int(last) == 0:
            return None
        return max(0, size - int(last)), size
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None
