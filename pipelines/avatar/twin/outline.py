"""The sides of the face, past which nothing is repainted: wall, hair and collar do not speak.

Only the sides: below, the chin goes up and down with the words, and what is under it must be drawn anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from pipelines.avatar.twin.calm import calmed
from pipelines.avatar.twin.region import Region
from pipelines.media import Float32Array

# Down one side of the face from temple to jaw, and up the other.
_DOWN: Final = (127, 234, 93, 132, 58, 172, 136)
_UP: Final = (365, 397, 288, 361, 323, 454, 356)
_SIGMA: Final = 12.0  # frames: the jaw's own speech is not followed
_SOFT: Final = 0.012  # of the region's side
_BEYOND: Final = 0.5  # regions above and below, where the outline is straight


def sides_of(points: Float32Array, *, cuts: Sequence[int] = ()) -> Float32Array:
    """The sides of each face, (frame, 14, 2), calm between ``cuts``, of points in the region, (frame, 468, 2)."""
    return calmed(points[:, [*_DOWN, *_UP]], cuts, sigma=_SIGMA)


def share_of(region: Region, sides: Float32Array) -> Float32Array:
    """What is new in one frame, (size, size) in [0, 1]: the region's mask between the face's sides, (14, 2)."""
    above, below = -_BEYOND * region.size, (1 + _BEYOND) * region.size
    ends = [(sides[6, 0], below), (sides[7, 0], below)]
    corners = [(sides[0, 0], above), *sides[:7], *ends, *sides[7:], (sides[-1, 0], above)]
    within = np.zeros((region.size, region.size), np.uint8)
    cv2.fillPoly(within, [np.round(np.array(corners)).astype(np.int32)], 255)
    soft = cv2.GaussianBlur(within.astype(np.float32) / 255, (0, 0), _SOFT * region.size)
    return np.asarray(region.mask * soft, dtype=np.float32)
