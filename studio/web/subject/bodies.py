"""What a browser sends and asks for in bytes: a recording on its way in, a range of one on its way out."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from studio.requests.desk import ActRefusedError, SubjectDesk
from studio.web.subject.pages import HEADERS

JSON_BYTES_MAX: Final = 100_000  # a passkey's answer has a few thousand
_RANGE: Final = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A recording as it came in; the file is gone after the block."""

    path: Path
    is_too_large: bool


@asynccontextmanager
async def received(request: Request, *, bytes_max: int) -> AsyncIterator[Reading]:
    """Write the body into a private folder, no more of it than is allowed; its name and type are not asked for."""
    with tempfile.TemporaryDirectory(prefix="sayso-statement-") as folder:
        path, size = Path(folder) / "recording", 0
        with path.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > bytes_max:
                    break
                file.write(chunk)
        yield Reading(path=path, is_too_large=size > bytes_max)


async def body(request: Request) -> Mapping[str, object]:
    """The page's own JSON; anything else is an answer of no device."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > JSON_BYTES_MAX:
            return {}
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def ranged(request: Request, desk: SubjectDesk, token: str, claim: str) -> Response:
    """Answer with the part of the subject's own recording that the player asks for."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    start = int(asked.group(1)) if asked else 0
    end = int(asked.group(2)) + 1 if asked and asked.group(2) else None
    if end is not None and end <= start:  # RFC 9110, 14.1.1: no range at all, so the whole is the answer
        asked, start, end = None, 0, None
    try:
        chunks, size, media_type = desk.my_statement(token, claim, start, end)
    except ActRefusedError:
        return Response(status_code=404, headers=HEADERS)
    headers = {**HEADERS, "Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff"}
    stop = size if end is None else min(end, size)
    if start >= size:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Length"] = str(stop - start)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return StreamingResponse(chunks, status_code=206 if asked else 200, media_type=media_type, headers=headers)
