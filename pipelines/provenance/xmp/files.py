"""Writing and reading XMP by media type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pipelines.errors import ProvenanceError
from pipelines.provenance.xmp import bmff, id3, pictures, riff
from pipelines.provenance.xmp.packet import XmpName, xmp_packet

_WRITERS: Final[Mapping[str, Callable[[Path, bytes], None]]] = {
    "video/mp4": bmff.write,
    "audio/wav": riff.write,
    "audio/mpeg": id3.write,
    "image/png": pictures.write_png,
    "image/jpeg": pictures.write_jpeg,
}
_READERS: Final[Mapping[str, Callable[[Path], bytes | None]]] = {
    "video/mp4": bmff.read,
    "audio/wav": riff.read,
    "audio/mpeg": id3.read,
    "image/png": pictures.read_png,
    "image/jpeg": pictures.read_jpeg,
}
MEDIA_TYPES: Final = frozenset(_WRITERS)


def write_xmp(path: Path, properties: Mapping[XmpName, str], *, media_type: str) -> None:
    """Write properties into a file in place; do it before signing, so that the manifest covers them.

    Raises:
        ProvenanceError: the format carries no XMP of ours, the file is broken, or it has XMP already.
    """
    if media_type not in _WRITERS:
        raise ProvenanceError(f"no XMP writer for {media_type}; there is one for {', '.join(sorted(_WRITERS))}")
    _WRITERS[media_type](path, xmp_packet(properties))


def read_xmp(path: Path, *, media_type: str) -> str | None:
    """Return a file's XMP packet as text, or None when it has none."""
    if media_type not in _READERS:
        return None
    packet = _READERS[media_type](path)
    return None if packet is None else packet.decode(errors="replace").rstrip("\0")
