"""XMP in PNG (an uncompressed ``iTXt`` chunk after IHDR) and JPEG (an APP1 segment after APP0).

Bytes are put in; the picture is not encoded again.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Final

from pipelines.errors import ProvenanceError

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEY: Final = (
    b"XML:com.adobe.xmp" + b"\0" * 5
)  # end of keyword, not compressed, method, no language, no translation
_JPEG_KEY: Final = b"http://ns.adobe.com/xap/1.0/\0"
# JPEG markers (ISO/IEC 10918-1, table B.1)
_MARK, _START_OF_SCAN, _APP0, _APP1 = 0xFF, 0xDA, 0xE0, 0xE1
_SEGMENT_MAX: Final = 0xFFFF - 2


def write_png(path: Path, packet: bytes) -> None:
    """Put the packet right behind the PNG's header chunk."""
    data = path.read_bytes()
    if _png(data) is not None:
        raise ProvenanceError(f"{path.name} already carries XMP")
    content = b"iTXt" + _PNG_KEY + packet
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    end_of_header = len(_PNG_SIGNATURE) + 12 + 13
    path.write_bytes(data[:end_of_header] + chunk + data[end_of_header:])


def read_png(path: Path) -> bytes | None:
    """Return the packet of a PNG file, if it has one."""
    return _png(path.read_bytes())


def write_jpeg(path: Path, packet: bytes) -> None:
    """Put the packet behind the JPEG's APP0, where readers look for it."""
    data = path.read_bytes()
    if _jpeg(data) is not None:
        raise ProvenanceError(f"{path.name} already carries XMP")
    content = _JPEG_KEY + packet
    if len(content) > _SEGMENT_MAX:
        raise ProvenanceError(f"{len(content)} bytes of XMP do not fit one JPEG segment of {_SEGMENT_MAX}")
    place = next((start + size for marker, start, size in _segments(data) if marker == _APP0), 2)
    segment = b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content
    path.write_bytes(data[:place] + segment + data[place:])


def read_jpeg(path: Path) -> bytes | None:
    """Return the packet of a JPEG file, if it has one."""
    return _jpeg(path.read_bytes())


def _png(data: bytes) -> bytes | None:
    if not data.startswith(_PNG_SIGNATURE) or data[12:16] != b"IHDR":
        raise ProvenanceError("this is no PNG file")
    start = len(_PNG_SIGNATURE)
    while start + 12 <= len(data):
        size = struct.unpack(">I", data[start : start + 4])[0]
        content = data[start + 8 : start + 8 + size]
        if data[start + 4 : start + 8] == b"iTXt" and content.startswith(_PNG_KEY):
            return content[len(_PNG_KEY) :]
        start += 12 + size
    return None


def _jpeg(data: bytes) -> bytes | None:
    for marker, start, size in _segments(data):
        content = data[start + 4 : start + size]
        if marker == _APP1 and content.startswith(_JPEG_KEY):
            return content[len(_JPEG_KEY) :]
    return None


def _segments(data: bytes) -> list[tuple[int, int, int]]:
    """Return (marker, start, size with marker) of the segments in front of the picture's data."""
    if data[:2] != b"\xff\xd8":
        raise ProvenanceError("this is no JPEG file")
    found, start = [], 2
    while start + 4 <= len(data) and data[start] == _MARK and data[start + 1] != _START_OF_SCAN:
        size = 2 + struct.unpack(">H", data[start + 2 : start + 4])[0]
        found.append((data[start + 1], start, size))
        start += size
    return found
