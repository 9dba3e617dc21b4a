"""Ranges as browsers ask for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from fastapi.responses import Response, StreamingResponse

from studio.web.legal.media import ranged

CONTENT = b"0123456789"


def read(start: int, end: int) -> Iterator[bytes]:
    yield from (CONTENT[at : at + 1] for at in range(start, end))


def answer(header: str | None, *, media_type: str = "video/webm") -> tuple[Response, bytes]:
    response = ranged(header, size=len(CONTENT), media_type=media_type, name="a contract.pdf", read=read)
    if not isinstance(response, StreamingResponse):
        return response, bytes(response.body)

    async def everything() -> bytes:
        return b"".join([chunk if isinstance(chunk, bytes) else b"" async for chunk in response.body_iterator])

    return response, asyncio.run(everything())


@pytest.mark.parametrize(
    ("header", "content", "said"),
    [
        ("bytes=0-", CONTENT, "bytes 0-9/10"),
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", CONTENT, "bytes 0-9/10"),
    ],
)
def test_part_is_given(header: str, content: bytes, said: str) -> None:
    response, body = answer(header)
    assert (response.status_code, body, response.headers["content-range"]) == (206, content, said)
    assert response.headers["content-length"] == str(len(content))


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=4-2", "bytes=-0", "bytes=-", "bytes=0-1,3-4", "lines=1-2", "x"])
def test_what_cannot_be_given_is_416(header: str) -> None:
    response, _ = answer(header)
    assert (response.status_code, response.headers["content-range"]) == (416, "bytes */10")


def test_whole_file_without_a_range() -> None:
    response, body = answer(None)
    assert (response.status_code, body) == (200, CONTENT)


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/javascript", ""])
def test_what_is_no_recording_goes_out_as_plain_bytes(kind: str) -> None:
    response, _ = answer(None, media_type=kind)
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''a%20contract.pdf"


def test_file_that_cannot_be_read_says_so_before_the_answer_begins() -> None:
    def broken(_start: int, _end: int) -> Iterator[bytes]:
        raise OSError("gone")
        yield b""

    with pytest.raises(OSError, match="gone"):
        ranged(None, size=3, media_type="video/webm", name="", read=broken)
