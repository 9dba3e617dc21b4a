"""The brand's logo: opened, trimmed to what shows, scaled into a box."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from pipelines.errors import InputInvalidError
from pipelines.media import ByteArray

_PIXELS_MAX = 80_000_000  # a decompression bomb is refused before it is unpacked


def load_logo(path: Path, *, width_max: int, height_max: int) -> ByteArray:
    """Return a logo as straight-alpha (height, width, 4) uint8, trimmed to what shows and scaled into the box.

    Raises:
        InputInvalidError: it is no picture, or nothing of it shows.
    """
    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > _PIXELS_MAX:
                raise InputInvalidError(
                    f"{path.name} is {image.width}x{image.height}; give a logo of at most 80 megapixels"
                )
            logo = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError) as e:
        raise InputInvalidError(f"{path.name} cannot be read as a picture; give a PNG, JPEG or WEBP file") from e
    box = logo.getchannel("A").getbbox()
    if box is None:
        raise InputInvalidError(f"nothing shows in {path.name}; give a logo that is not wholly transparent")
    trimmed = logo.crop(box)
    ratio = min(width_max / trimmed.width, height_max / trimmed.height)
    size = max(1, round(trimmed.width * ratio)), max(1, round(trimmed.height * ratio))
    return np.asarray(trimmed.resize(size, Image.Resampling.LANCZOS), dtype=np.uint8)
