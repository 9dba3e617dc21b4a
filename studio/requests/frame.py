"""One frame of a released file as JPEG, with the label that was burned into it."""

from __future__ import annotations

import io
from pathlib import Path

_SIDE_PX = 640
_QUALITY = 82
_MIDDLE = 0.5


def labelled_frame(path: Path) -> bytes:
    """Return the frame in the middle of a video, or the picture itself, at most 640 pixels a side.

    Raises:
        EncodeError: it cannot be read.
    """
    from PIL import Image  # noqa: PLC0415 - needs the engines extra, as what was released did

    from pipelines.compose.decoder import decode_frames  # noqa: PLC0415 - as above

    (pixels,) = decode_frames(path, [_MIDDLE])
    picture = Image.fromarray(pixels)
    picture.thumbnail((_SIDE_PX, _SIDE_PX))
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=_QUALITY)
    return packed.getvalue()
