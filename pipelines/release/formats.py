"""The formats a take can leave in: "1080x1920" (video), "1080x1080.png" or ".jpg" (still), "wav" or "mp3" (sound)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.errors import InputInvalidError

_PICTURE: Final = re.compile(r"(?P<width>[1-9]\d{2,3})x(?P<height>[1-9]\d{2,3})(?P<suffix>\.png|\.jpg)?", re.ASCII)
_STILLS: Final = {".png": "image/png", ".jpg": "image/jpeg"}
_SOUNDS: Final = {"wav": "audio/wav", "mp3": "audio/mpeg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFormat:
    """A format, read. ``width`` and ``height`` are 0 for sound; ``suffix`` begins with a dot."""

    kind: Literal["video", "still", "audio"]
    width: int
    height: int
    suffix: str
    media_type: str


def parse_take_format(text: str) -> TakeFormat:
    """Read a format; raises ``InputInvalidError`` on anything else."""
    if text in _SOUNDS:
        return TakeFormat(kind="audio", width=0, height=0, suffix=f".{text}", media_type=_SOUNDS[text])
    match = _PICTURE.fullmatch(text)
    if match is None:
        raise InputInvalidError(
            f"the format {text!r} is unknown; write 1080x1920, 1080x1080.png, 1080x1080.jpg, wav or mp3"
        )
    width, height, suffix = int(match["width"]), int(match["height"]), match["suffix"]
    if suffix:
        return TakeFormat(kind="still", width=width, height=height, suffix=suffix, media_type=_STILLS[suffix])
    return TakeFormat(kind="video", width=width, height=height, suffix=".mp4", media_type="video/mp4")
