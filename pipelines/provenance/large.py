"""Large MP4 files: hashed piece by piece, so that neither signing nor reading needs memory that grows with the file.

Without this the C2PA library hashes in two buffers of 256 MB. With a Merkle tree over the media data (C2PA 2.2, 18.7)
it holds one piece at a time. The tree begins 16 bytes into the ``mdat`` box, the length of its long header, and
verifiers disagree about boxes with the short one: c2pa-rs skips 16 bytes there too, encypher-c2pa only the header's 8.
So the box gets its long header first. Muxers leave an empty box of 8 bytes before it for just that (ffmpeg: ``free`` or
``wide``); no byte of the media moves. Where there is none, the file is hashed in one piece, as before.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from pipelines.errors import ProvenanceError
from pipelines.provenance.xmp.bmff import boxes

LARGE_BYTES: Final = 8 << 20  # below this one piece costs no more memory, and the manifest stays smaller
PIECE_KB: Final = 1024
_BMFF: Final = frozenset({"video/mp4", "video/quicktime", "audio/mp4"})
_PLACEHOLDERS: Final = frozenset({b"free", b"wide", b"skip"})
_SHORT, _LONG = 8, 16


def long_headers(path: Path, *, media_type: str) -> dict[int, bytes] | None:
    """Return what to overlay, by place, so that the ``mdat`` box has a long header; None: no Merkle tree here.

    None is for small files, files that are no MP4, fragmented ones, those with another number of media boxes than one,
    and those without room for the long header.
    """
    if media_type not in _BMFF or not path.is_file() or path.stat().st_size < LARGE_BYTES:
        return None
    overlay: dict[int, bytes] = {}
    before, has_media = None, False
    with path.open("rb") as file:
        try:
            for box in boxes(file):
                if box.kind == b"moof" or (box.kind == b"mdat" and has_media):
                    return None
                if box.kind == b"mdat" and box.header == _SHORT:
                    if before is None or before.kind not in _PLACEHOLDERS or before.size != _SHORT:
                        return None
                    overlay[before.start] = struct.pack(">I4sQ", 1, b"mdat", box.size + _SHORT)
                before, has_media = box, has_media or box.kind == b"mdat"
        except ProvenanceError:
            return None  # what is wrong with it is said by the library
    return overlay if has_media else None


class OverlaidFile:
    """A file for reading, with some of its bytes replaced; the file itself stays as it is."""

    def __init__(self, file: BinaryIO, overlay: Mapping[int, bytes]) -> None:
        self._file = file
        self._overlay = overlay

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes, or all."""
        start = self._file.tell()
        data = self._file.read(size)
        for place, replaced in self._overlay.items():
            left, right = max(place, start), min(place + len(replaced), start + len(data))
            if left < right:
                data = data[: left - start] + replaced[left - place : right - place] + data[right - start :]
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Where reading goes on."""
        return self._file.tell()

    def write(self, _data: bytes) -> int:
        """Refuse: this is for reading."""
        raise io.UnsupportedOperation("this file is open for reading")

    def flush(self) -> None:
        """Do nothing: nothing is written."""
