"""XMP in MP3: an ID3v2 ``PRIV`` frame owned by "XMP" (XMP Specification Part 3, 1.1.3.2; id3.org, ID3v2.3 and 2.4)."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

from pipelines.errors import ProvenanceError

_OWNER: Final = b"XMP\0"
_HEADER: Final = 10
_SYNCSAFE_MAX: Final = (1 << 28) - 1
_V23, _V24 = 3, 4


def write(path: Path, packet: bytes) -> None:
    """Add the packet to the file's ID3v2 tag, or put a tag in front when there is none."""
    data = path.read_bytes()
    version, frames, sound = _split(data)
    if _find(version, frames) is not None:
        raise ProvenanceError(f"{path.name} already carries XMP")
    content = _OWNER + packet
    size = _syncsafe(len(content)) if version == _V24 else struct.pack(">I", len(content))
    body = frames + b"PRIV" + size + b"\0\0" + content
    path.write_bytes(b"ID3" + bytes((version, 0, 0)) + _syncsafe(len(body)) + body + sound)


def read(path: Path) -> bytes | None:
    """Return the packet of an MP3 file, if it has one."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
        tag = head + file.read(_length(head)) if head[:3] == b"ID3" else b""
    version, frames, _ = _split(tag)
    return _find(version, frames)


def _split(data: bytes) -> tuple[int, bytes, bytes]:
    """Return the tag's version, its frames without padding, and the sound that follows."""
    if data[:3] != b"ID3":
        return _V24, b"", data
    version, flags = data[3], data[5]
    if version not in (_V23, _V24) or flags:
        raise ProvenanceError(f"the ID3 tag has version 2.{version} and flags {flags:#x}; write a plain 2.3 or 2.4 tag")
    end = _HEADER + _length(data)
    if end > len(data):
        raise ProvenanceError(f"the ID3 tag claims {end} bytes of a file of {len(data)}")
    used = _HEADER
    for start, size in _frames(version, data[_HEADER:end]):
        used = _HEADER + start + _HEADER + size
    return version, data[_HEADER:used], data[end:]


def _frames(version: int, body: bytes) -> list[tuple[int, int]]:
    """Return (start, content size) of each frame; stops at padding."""
    found, start = [], 0
    while start + _HEADER <= len(body) and body[start] != 0:
        raw = body[start + 4 : start + 8]
        size = _unsyncsafe(raw) if version == _V24 else struct.unpack(">I", raw)[0]
        if start + _HEADER + size > len(body):
            raise ProvenanceError(f"the ID3 frame {body[start : start + 4]!r} reaches past the end of its tag")
        found.append((start, size))
        start += _HEADER + size
    return found


def _find(version: int, frames: bytes) -> bytes | None:
    for start, size in _frames(version, frames):
        content = frames[start + _HEADER : start + _HEADER + size]
        if frames[start : start + 4] == b"PRIV" and content.startswith(_OWNER):
            return content[len(_OWNER) :]
    return None


def _length(head: bytes) -> int:
    if len(head) < _HEADER:
        raise ProvenanceError("the ID3 tag ends in its header")
    return _unsyncsafe(head[6:10])


def _syncsafe(value: int) -> bytes:
    if value > _SYNCSAFE_MAX:
        raise ProvenanceError(f"{value} bytes do not fit an ID3 tag")
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def _unsyncsafe(raw: bytes) -> int:
    value = 0
    for byte in raw:
        value = value << 7 | byte & 0x7F
    return value
