"""XMP in MP4: a ``uuid`` box at the end (XMP Specification Part 3, 1.2.7), where no chunk offset moves."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pipelines.errors import ProvenanceError

XMP_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_HEADER, _LONG_HEADER = 8, 16
_BOXES_MAX: Final = 100_000  # top-level boxes; a real file has under ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A top-level box: its type, where it begins, how long it and its header are."""

    kind: bytes
    start: int
    size: int
    header: int


def boxes(file: BinaryIO) -> Iterator[Box]:
    """Yield the top-level boxes (ISO/IEC 14496-12, 4.2).

    Raises:
        ProvenanceError: the boxes do not fill the file exactly.
    """
    length = file.seek(0, os.SEEK_END)
    start = 0
    for _ in range(_BOXES_MAX):
        if start == length:
            return
        file.seek(start)
        head = file.read(_LONG_HEADER)
        if len(head) < _HEADER:
            raise ProvenanceError(f"{length - start} stray bytes follow the last MP4 box")
        size, kind, header = struct.unpack(">I", head[:4])[0], head[4:8], _HEADER
        if size == 1 and len(head) == _LONG_HEADER:
            size, header = struct.unpack(">Q", head[8:])[0], _LONG_HEADER
        elif size == 0:  # to the end of the file
            size = length - start
        if size < header or start + size > length:
            raise ProvenanceError(f"the MP4 box {kind!r} at byte {start} claims {size} bytes of a file of {length}")
        yield Box(kind=kind, start=start, size=size, header=header)
        start += size
    raise ProvenanceError(f"more than {_BOXES_MAX} MP4 boxes")


def write(path: Path, packet: bytes) -> None:
    """Append the packet to an MP4 file."""
    with path.open("r+b") as file:
        found = list(boxes(file))
        if not {b"ftyp", b"moov"} <= {box.kind for box in found}:
            raise ProvenanceError(f"{path.name} is no finished MP4: it has no {'moov' if found else 'ftyp'} box")
        if _find(file, found) is not None:
            raise ProvenanceError(f"{path.name} already carries XMP")
        file.seek(found[-1].start)
        if struct.unpack(">I", file.read(4))[0] == 0:
            raise ProvenanceError(f"the last box of {path.name} has no length, so nothing can follow it")
        file.seek(0, os.SEEK_END)
        file.write(struct.pack(">I4s", 8 + 16 + len(packet), b"uuid") + XMP_UUID + packet)


def read(path: Path) -> bytes | None:
    """Return the packet of an MP4 file, if it has one."""
    with path.open("rb") as file:
        box = _find(file, list(boxes(file)))
        if box is None:
            return None
        file.seek(box.start + box.header + 16)
        return file.read(box.size - box.header - 16)


def _find(file: BinaryIO, found: list[Box]) -> Box | None:
    for box in found:
        if box.kind == b"uuid":
            file.seek(box.start + box.header)
            if file.read(16) == XMP_UUID:
                return box
    return None
