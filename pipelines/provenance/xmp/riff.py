"""XMP in WAV: a ``_PMX`` chunk at the end of the RIFF (XMP Specification Part 3, 1.2.9)."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from pipelines.errors import ProvenanceError

CHUNK: Final = b"_PMX"
_HEADER: Final = 12
_SIZE_MAX: Final = 0xFFFF_FFFF


def chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield (id, start of the content, size of the content) of each chunk of a RIFF file."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(_HEADER)
    if len(head) < _HEADER or head[:4] != b"RIFF":
        raise ProvenanceError("this is no RIFF file")
    end = 8 + struct.unpack("<I", head[4:8])[0]
    if end > length:
        raise ProvenanceError(f"the RIFF claims {end} bytes of a file of {length}")
    start = _HEADER
    while start + 8 <= end:
        file.seek(start)
        kind, size = struct.unpack("<4sI", file.read(8))
        if start + 8 + size > end:
            raise ProvenanceError(f"the chunk {kind!r} at byte {start} reaches past the end of its RIFF")
        yield kind, start + 8, size
        start += 8 + size + size % 2  # chunks begin at even bytes


def write(path: Path, packet: bytes) -> None:
    """Add the packet to a WAV file and correct the RIFF's size."""
    with path.open("r+b") as file:
        found = list(chunks(file))
        if any(kind == CHUNK for kind, _, _ in found):
            raise ProvenanceError(f"{path.name} already carries XMP")
        length = file.seek(0, os.SEEK_END)
        padding = b"\0" * (length % 2)
        addition = padding + struct.pack("<4sI", CHUNK, len(packet)) + packet + b"\0" * (len(packet) % 2)
        if length + len(addition) - 8 > _SIZE_MAX:
            raise ProvenanceError(f"{path.name} is too large for WAV; release it as MP3")
        file.write(addition)
        file.seek(4)
        file.write(struct.pack("<I", length + len(addition) - 8))


def read(path: Path) -> bytes | None:
    """Return the packet of a WAV file, if it has one."""
    with path.open("rb") as file:
        for kind, start, size in chunks(file):
            if kind == CHUNK:
                file.seek(start)
                return file.read(size)
    return None
