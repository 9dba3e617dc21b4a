"""Pose and light of a picture, from what lies around the mouth: pixels that stay, and points that speech hardly moves.

Half of what a prediction of the mouth misses is slow: how the head is held and lit. Components of the pixels and of
the points say that. They are calmed over a second, because cheeks and jaw speak too, and the words of the film that is
shown must not be read off them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.avatar.twin.calm import calmed
from pipelines.avatar.twin.components import components
from pipelines.avatar.twin.region import Region
from pipelines.media import ByteArray, Float32Array

PIXEL_COMPONENTS: Final = 80
POINT_COMPONENTS: Final = 10
_SAMPLE_MAX: Final = 700  # pictures from which components are found: more hardly change them
_CHUNK: Final = 256
_THIN: Final = 7  # of the pixels outside, each seventh says enough of pose and light
_SIGMA: Final = 12.0  # frames
# Eyes, brows, nose, forehead, temples and upper cheeks.
_POINTS: Final = (
    *(33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327),
    *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300),
    *(10, 338, 109, 67, 297, 234, 454, 93, 323, 127, 356, 50, 280, 101, 330, 205, 425),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """``pixel_mean`` (value,), ``pixel_basis`` (component, value), the same of points; each in its first's spread."""

    pixel_mean: Float32Array
    pixel_basis: Float32Array
    point_mean: Float32Array
    point_basis: Float32Array

    def context(
        self,
        crops: ByteArray,
        light: Float32Array,
        points: Float32Array,
        region: Region,
        *,
        cuts: Sequence[int] = (),
    ) -> Float32Array:
        """(frame, component): pose and light, calm between ``cuts``, of pictures and of points in the region."""
        pixels = [
            (_pixels(crops[at : at + _CHUNK], light[at : at + _CHUNK], region) - self.pixel_mean) @ self.pixel_basis.T
            for at in range(0, len(crops), _CHUNK)
        ]
        held = (_points(points, region) - self.point_mean) @ self.point_basis.T
        return calmed(np.column_stack([np.concatenate(pixels), held]).astype(np.float32), cuts, sigma=_SIGMA)


def learn_surroundings(crops: ByteArray, light: Float32Array, points: Float32Array, region: Region) -> Surroundings:
    """From pictures (frame, size, size, 3), their light (frame, 3) and their points in the region (frame, 468, 2)."""
    step = max(1, len(crops) // _SAMPLE_MAX)
    pixels = _pixels(crops[::step], light[::step], region)
    pixel_mean, pixel_basis = components(pixels, PIXEL_COMPONENTS)
    held = _points(points[::step], region)
    point_mean, point_basis = components(held, POINT_COMPONENTS)
    return Surroundings(
        pixel_mean=pixel_mean,
        pixel_basis=pixel_basis / _first_spread(pixels - pixel_mean, pixel_basis),
        point_mean=point_mean,
        point_basis=point_basis / _first_spread(held - point_mean, point_basis),
    )


def _first_spread(off: Float32Array, basis: Float32Array) -> np.float32:
    return np.float32((off @ basis[0]).std() + 1e-6)


def _pixels(crops: ByteArray, light: Float32Array, region: Region) -> Float32Array:
    """(frame, value): what stays, thinned, as shares of the light."""
    around = crops[:, ~region.inside].astype(np.float32) / light[:, None, :]
    return np.asarray(around.reshape(len(crops), -1)[:, ::_THIN], dtype=np.float32)


def _points(points: Float32Array, region: Region) -> Float32Array:
    return np.asarray(points[:, list(_POINTS)].reshape(len(points), -1) / region.size, dtype=np.float32)
