"""From one brand colour to the other, corner to corner, without bands.

Colours are mixed in OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab/), where the middle of two hues is
not grey, and rounded to bytes with triangular noise of one level, which leaves no step for the eye to find.
"""

from __future__ import annotations

import numpy as np

from pipelines.compose.colour import Rgb
from pipelines.media import ByteArray, Float32Array

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_KNEE = 0.0031308  # IEC 61966-2-1


def draw_gradient(width: int, height: int, colours: tuple[Rgb, Rgb], *, seed: int) -> ByteArray:
    """Return (height, width, 3) uint8: the first colour below left, the second above right."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    along = (x / max(1, width - 1) + 1 - y / max(1, height - 1)) / 2
    share = (along * along * (3 - 2 * along))[..., None]
    start, end = (
        np.cbrt(_TO_LMS @ _linear(colour)) for colour in colours
    )  # OKLab is a matrix away: mixing is the same
    linear = ((start + (end - start) * share) ** 3) @ np.linalg.inv(_TO_LMS).T
    shown = _encoded(np.clip(linear, 0, 1).astype(np.float32)) * 255
    generator = np.random.default_rng(seed)
    noise = generator.random((height, width, 1), np.float32) - generator.random((height, width, 1), np.float32)
    return np.asarray(np.clip(shown + noise + 0.5, 0, 255), dtype=np.uint8)


def _linear(colour: Rgb) -> Float32Array:
    share = np.asarray(colour, dtype=np.float32) / 255
    return np.asarray(np.where(share <= 12.92 * _KNEE, share / 12.92, ((share + 0.055) / 1.055) ** 2.4), np.float32)


def _encoded(linear: Float32Array) -> Float32Array:
    return np.asarray(
        np.where(linear <= _KNEE, 12.92 * linear, 1.055 * np.maximum(linear, _KNEE) ** (1 / 2.4) - 0.055), np.float32
    )
