"""Is a picture a photograph or a drawing? Consent asks more of a photographic face than of a drawn one.

A camera leaves grain everywhere and mixes thousands of colours; a drawing has wide areas without grain and few colours.
Both must speak for a drawing, because the costly mistake is a person's photograph that passes as one: pictures that
were cleaned of grain, shrunk or saved badly are "unknown", which consent treats like a photograph.

Measured: 16 photographs and scans of scikit-image (smooth share .00 to .05, .15 after JPEG quality 40), frames of GRID
footage (.16 to .18; .26 to .29 after JPEG, with a colour variety of 9), drawn presenters (smooth share .31 to .76,
colour variety .8 to 1.7, as cut-outs, on a ground, after JPEG and shrunk).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipelines.media import ByteArray

Depiction = Literal["photograph", "illustration", "unknown"]

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_PIXELS_MAX: Final = 50_000_000
_SIDE_PX: Final = 1024  # bigger pictures are measured at this size; averaging takes grain away, but not all of it
_SIDE_MIN_PX: Final = 128  # smaller ones say too little

_GRAIN_FREE: Final = 0.6  # response of the grain filter, in grey levels, averaged over 9 x 9 pixels
_DRAWN_SMOOTH_MIN: Final = 0.27
_PHOTO_SMOOTH_MAX: Final = 0.20
_DRAWN_VARIETY_MAX: Final = 2.2
_CHROMA_MIN: Final = 6.0  # without colour, its variety says nothing

# Second differences in both directions: blind to slopes and edges, awake to grain (Immerkaer 1996).
_GRAIN_FILTER: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def judge_depiction(path: Path) -> Depiction:
    """What a picture file is. Anything that cannot be read or judged is "unknown"."""
    try:
        with Image.open(path, formats=_FORMATS) as opened:
            if opened.width * opened.height > _PIXELS_MAX or min(opened.size) < _SIDE_MIN_PX:
                return "unknown"
            rgba = np.asarray(opened.convert("RGBA"), dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "unknown"
    return _judge(rgba)


def _judge(rgba: ByteArray) -> Depiction:
    scale = _SIDE_PX / max(rgba.shape[:2])
    if scale < 1:
        rgba = np.asarray(cv2.resize(rgba, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    solid = cv2.erode((rgba[:, :, 3] > 250).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0  # noqa: PLR2004  # of 255
    grey = np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2GRAY), dtype=np.uint8)
    telling = solid & (grey > 25) & (grey < 235)  # noqa: PLR2004  # clipped tones have lost their grain
    if int(telling.sum()) < _SIDE_MIN_PX**2 // 4:
        return "unknown"
    smooth = _smooth_share(grey, telling)
    if smooth < _PHOTO_SMOOTH_MAX:
        return "photograph"
    is_drawn = (
        smooth >= _DRAWN_SMOOTH_MIN
        and _variety(rgba, solid) <= _DRAWN_VARIETY_MAX
        and _chroma(rgba, solid) > _CHROMA_MIN
    )
    return "illustration" if is_drawn else "unknown"


def _smooth_share(grey: ByteArray, telling: NDArray[np.bool_]) -> float:
    """Share of the telling pixels around which there is no grain at all."""
    grain = np.abs(cv2.filter2D(grey.astype(np.float32), -1, _GRAIN_FILTER))
    near = cv2.blur(grain, (9, 9))
    return float((near[telling] < _GRAIN_FREE).mean())


def _variety(rgba: ByteArray, solid: NDArray[np.bool_]) -> float:
    """Number of different colours (32 levels a channel) against the picture's side length."""
    levels = rgba[solid][:, :3].astype(np.int32) // 8
    return float(len(np.unique(levels @ np.array([1, 32, 1024])))) / float(np.sqrt(solid.sum()))


def _chroma(rgba: ByteArray, solid: NDArray[np.bool_]) -> float:
    """Mean distance between the strongest and the weakest channel."""
    colours = rgba[solid][:, :3]
    return float((colours.max(axis=1).astype(np.int32) - colours.min(axis=1)).mean())
