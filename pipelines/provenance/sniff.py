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
)


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
    if len(head) < 4:  # noqa: PLR2004 - a frame header's length
        return False
    sync, version, layer = head[0] == 0xFF and head[1] >= 0xE0, head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return sync and version != 1 and layer == 1 and bitrate not in (0, 15) and rate != 3  # noqa: PLR2004 - reserved values of that header
