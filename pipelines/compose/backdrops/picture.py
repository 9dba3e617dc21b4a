"""The brand's own picture, scaled to cover the frame and cut around its middle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from pipelines.errors import InputInvalidError
from pipelines.media import ByteArray

_PIXELS_MAX = 80_000_000  # a decompression bomb is refused before it is unpacked


def load_picture(path: Path, width: int, height: int) -> ByteArray:
    """Return a brand's picture scaled to cover the frame and cut around its middle.

    Raises:
        InputInvalidError: it is no picture, or far too large.
    """
    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > _PIXELS_MAX:
                raise InputInvalidError(
                    f"{path.name} is {image.width}x{image.height}; give a picture of at most 80 megapixels"
                )
            fitted = ImageOps.fit(
                ImageOps.exif_transpose(image).convert("RGB"), (width, height), Image.Resampling.LANCZOS
            )
            return np.array(fitted, dtype=np.uint8)  # a copy: titles are drawn on it
    except (UnidentifiedImageError, OSError, ValueError) as e:
        raise InputInvalidError(f"{path.name} cannot be read as a picture; give a JPEG, PNG or WEBP file") from e
