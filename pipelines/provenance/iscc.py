"""ISCC content codes (ISO 24138) of pictures and videos, 256 bits.

Videos: ffmpeg's MPEG-7 frame signatures at 5 frames a second, which compose's encoder extracts; their weighted sum is
hashed by iscc-core. Pictures: 32 x 32 grey values through a DCT.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import iscc_core
from PIL import Image, ImageOps, UnidentifiedImageError

from pipelines.errors import ProvenanceError
from pipelines.provenance.fingerprint import ISCC, ISCC_BITS, Fingerprint

_SIDE: Final = 32
_PIXELS_MAX: Final = 64_000_000  # a stranger's picture must not fill the memory
_FORMATS: Final = ("JPEG", "PNG", "WEBP")  # the only decoders that are kept safe

# The binary layout of ISO/IEC 15938-3 Amd 4 as ffmpeg's vf_signature writes it, in bits.
_HEADER: Final = 32 + 1 + 32 + 16 + 16 + 32 + 32 + 16 + 1 + 32 + 32
_REGIONS: Final = 1  # the whole picture; ffmpeg writes no other
_SEGMENT: Final = 32 + 32 + 1 + 32 + 32 + 5 * 243
_FRAME_HEAD: Final = 1 + 32 + 8 + 5 * 8
_FRAME_BYTES: Final = 76  # five ternary values in each
_POWERS: Final = (81, 27, 9, 3, 1)


def video_fingerprint(signature: bytes) -> Fingerprint:
    """Return the Video-Code of MPEG-7 signatures (ffmpeg's ``signature=format=binary`` at 5 frames a second)."""
    frames = list(_frames(signature))
    if not frames:
        raise ProvenanceError(
            f"{len(signature)} bytes hold no MPEG-7 frame signature; the video is empty or unreadable"
        )
    code = iscc_core.gen_video_code(frames, bits=ISCC_BITS)
    return Fingerprint(kind="video", algorithm=ISCC, value=code["iscc"])


def image_fingerprint(path: Path) -> Fingerprint:
    """Return the Image-Code of a JPEG, PNG or WebP file."""
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            if picture.width * picture.height > _PIXELS_MAX:
                raise ProvenanceError(f"{path.name} has {picture.width}x{picture.height} pixels, too many to compare")
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError) as e:
        raise ProvenanceError(f"{path.name} cannot be read as JPEG, PNG or WebP: {e}") from e
    white = Image.new("RGBA", upright.size, "white")
    grey = Image.alpha_composite(white, upright).convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    code = iscc_core.gen_image_code(list(grey.tobytes()), bits=ISCC_BITS)
    return Fingerprint(kind="image", algorithm=ISCC, value=code["iscc"])


def _frames(signature: bytes) -> Iterator[tuple[int, ...]]:
    """Yield the 380 ternary values of each frame."""
    if len(signature) * 8 < _HEADER + 32 or _bits(signature, 0, 32) != _REGIONS:
        return
    segments = _bits(signature, _HEADER, 32)
    position = _HEADER + 32 + segments * _SEGMENT + 1  # one bit: not compressed
    while position + _FRAME_HEAD + _FRAME_BYTES * 8 <= len(signature) * 8:
        packed = _bits(signature, position + _FRAME_HEAD, _FRAME_BYTES * 8).to_bytes(_FRAME_BYTES)
        yield tuple(byte // power % 3 for byte in packed for power in _POWERS)
        position += _FRAME_HEAD + _FRAME_BYTES * 8


def _bits(data: bytes, start: int, length: int) -> int:
    """Return ``length`` bits from bit ``start``, big-endian."""
    end = start + length
    window = int.from_bytes(data[start // 8 : -(-end // 8)])
    return window >> (-end % 8) & ((1 << length) - 1)
