"""Darkens what lies behind white letters, as far as WCAG's 4.5:1 needs it and no further."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.contrast import relative_luminance
from pipelines.disclosure.plate import Plate
from pipelines.geometry import Box
from pipelines.media import ByteArray, Float32Array

_DARK_ENOUGH = 1.05 / 4.5 - 0.05  # relative luminance on which white has 4.5:1 (WCAG 1.4.3)
_GAMMA = 2.2  # of sRGB as a whole; a little darker than the exact curve for light colours
WORST = 1 - _DARK_ENOUGH ** (1 / _GAMMA)  # behind letters on white, and so on whatever a film may show
_BRIGHTEST = 99.0  # percentile: a few sparkling pixels hide no letter
_MOOD = 0.62


def needed_on(picture: ByteArray, box: Box) -> float:
    """How much black (0 to 1) must cover a box of a picture before white letters can be read on it."""
    under = picture[box.y : box.y + box.height : 2, box.x : box.x + box.width : 2]
    brightest = float(np.percentile(relative_luminance(under), _BRIGHTEST))
    return 0.0 if brightest <= _DARK_ENOUGH else 1 - (_DARK_ENOUGH / brightest) ** (1 / _GAMMA)


def shade_left(width: int, height: int, *, until: int, strength: float, mood: bool) -> Plate:
    """Return a shade over the left of a frame: ``strength`` up to the column ``until``, then fading out.

    ``mood`` adds the deeper shade of a picture towards its left edge, which letters alone would not need.
    """
    reach = min(width, until + round(0.16 * width))
    x = np.arange(reach, dtype=np.float32)
    alpha = strength * (1 - _eased((x - until) / max(1, reach - until)))
    if mood:
        alpha = np.maximum(alpha, _MOOD * (1 - _eased(x / reach)))
    return _black(np.broadcast_to(alpha[None], (height, reach)))


def shade_top(width: int, height: int, *, until: int, strength: float) -> Plate:
    """Return a shade over the top of a frame: ``strength`` down to the row ``until``, then fading out."""
    reach = min(height, until + round(0.14 * height))
    y = np.arange(reach, dtype=np.float32)
    alpha = strength * (1 - _eased((y - until) / max(1, reach - until)))
    return _black(np.broadcast_to(alpha[:, None], (reach, width)))


def _black(alpha: Float32Array) -> Plate:
    rgba = np.zeros((*alpha.shape, 4), dtype=np.uint8)
    rgba[..., 3] = np.ceil(alpha * 255)
    return Plate(rgba=rgba, x=0, y=0)


def _eased(share: NDArray[np.floating]) -> Float32Array:
    kept = np.clip(share, 0, 1)
    return np.asarray(kept * kept * (3 - 2 * kept), dtype=np.float32)
