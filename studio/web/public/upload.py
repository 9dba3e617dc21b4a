"""A file on its way in: written once, into a private folder, never more of it than is taken, and gone afterwards.

A form's upload is read as it comes (Starlette's own parser would keep all of it before anybody could count). A program
may send the file as the body itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FORM_BYTES: Final = 1 << 16  # what a form adds to the file: boundaries, headers, small fields
_HEADER_BYTES_MAX: Final = 1 << 12


class UploadTooLargeError(Exception):
    """More bytes came than are taken."""


class UploadUnreadableError(Exception):
    """The form is broken, or has no file in it."""


@asynccontextmanager
async def received_file(request: Request, *, bytes_max: int) -> AsyncIterator[Path]:
    """Write the file of a request down; it is gone after the block. Its name and type are never used.

    Raises:
        UploadTooLargeError: it has more than ``bytes_max`` bytes; said before they all came, where it can be.
        UploadUnreadableError: a form without a file, or a broken one.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > bytes_max + FORM_BYTES:
        raise UploadTooLargeError
    with tempfile.TemporaryDirectory(prefix="sayso-verify-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            await _write(request, file, bytes_max=bytes_max)
        yield path


async def _write(request: Request, file: BinaryIO, *, bytes_max: int) -> None:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > bytes_max:
                raise UploadTooLargeError
            file.write(chunk)
        return
    form = _Form(file, bytes_max=bytes_max)
    size = 0
    try:
        parser = MultipartParser(options[b"boundary"], form.callbacks)
        async for chunk in request.stream():
            size += len(chunk)
            if size > bytes_max + FORM_BYTES:
                raise UploadTooLargeError
            parser.write(chunk)
        parser.finalize()
    except (MultipartParseError, KeyError, ValueError) as e:
        raise UploadUnreadableError from e
    if not form.has_file:
        raise UploadUnreadableError


class _Form:
    """Writes the first part that has a file's name; all others are passed over."""

    def __init__(self, file: BinaryIO, *, bytes_max: int) -> None:
        self.has_file = False
        self._file = file
        self._bytes_max = bytes_max
        self._size = 0
        self._header = b""
        self._writes = False

    @property
    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._heading,
            "on_header_value": self._heading,
            "on_headers_finished": self._headed,
            "on_part_data": self._data,
        }

    def _begin(self) -> None:
        self._header = b""
        self._writes = False

    def _heading(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end].lower()
        if len(self._header) > _HEADER_BYTES_MAX:
            raise UploadUnreadableError

    def _headed(self) -> None:
        self._writes = not self.has_file and b"filename" in self._header
        self.has_file = self.has_file or self._writes

    def _data(self, data: bytes, start: int, end: int) -> None:
        if not self._writes:
            return
        self._size += end - start
        if self._size > self._bytes_max:
            raise UploadTooLargeError
        self._file.write(data[start:end])
