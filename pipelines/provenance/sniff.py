"""What a file is, by its first bytes. Names and extensions are claims of whoever sent it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HEAD_BYTES: Final = 64

_AUDIO_BRANDS: Final = (b"M4A ", b"M4B ")
_RIFF_FORMS: Final = {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"ID3", "audio/mpeg"),
    (b"GIF8", "image/gif"),
    (b"fLaC", "audio/flac"),
    # These carry no manifest, but may be copies of what we released.
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
)

# Fields of an MPEG audio frame header.
_SYNC: Final = 0x7FF
_LAYER_III: Final = 1
_VERSION_RESERVED: Final = 1
_BITRATES_RESERVED: Final = (0, 15)
_RATE_RESERVED: Final = 3


def media_type_of(path: Path) -> str | None:
    """Return the media type of a file, or None when it is none that can carry a manifest."""
    with path.open("rb") as file:
        return media_type_of_bytes(file.read(HEAD_BYTES))


def media_type_of_bytes(head: bytes) -> str | None:
    """Return the media type that the first ``HEAD_BYTES`` bytes show."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12])
    if head[4:8] == b"ftyp":
        if head[8:12] in _AUDIO_BRANDS:
            return "audio/mp4"
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if _is_mpeg_audio_frame(head):
        return "audio/mpeg"
    return None


def kind_of(media_type: str) -> str:
    """Return "video", "audio" or "image"."""
    return media_type.partition("/")[0]


def _is_mpeg_audio_frame(head: bytes) -> bool:
    """Whether an MPEG audio frame header (ISO 11172-3, 2.4.1.3) of layer III begins here: MP3 without an ID3 tag."""
    header = int.from_bytes(head[:4])
    version, layer, bitrate, rate = header >> 19 & 3, header >> 17 & 3, header >> 12 & 15, header >> 10 & 3
    is_reserved = version == _VERSION_RESERVED or bitrate in _BITRATES_RESERVED or rate == _RATE_RESERVED
    return header >> 21 == _SYNC and layer == _LAYER_III and not is_reserved
