"""The mouth's region: where it lies in every picture, brought upright to one size, and pasted back without a seam.

The region is 1.5 eye distances wide and begins at the tip of the nose. Eight points that speech does not move hold it
still, so that what changes inside is the mouth. Its light is taken out by the colour of a ring around the part that is
replaced: footage that was filmed in several pieces makes one bank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pipelines.avatar.twin.calm import calmed
from pipelines.faces import mesh
from pipelines.faces.landmarks import eye_distance
from pipelines.media import ByteArray, Float32Array

STEADY: Final = (33, 133, 362, 263, 168, 6, 197, 195)  # eye corners and the bridge of the nose
WIDTH: Final = 1.5  # eye distances
SIZE_MIN, SIZE_MAX = 64, 192
_STEADY_SIGMA: Final = 1.5  # frames
_RING_PX: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """``points`` are (468, 2), where the mean face lies in the region; ``mask`` (size, size) in [0, 1]: what is new."""

    size: int
    points: Float32Array
    mask: Float32Array

    @property
    def inside(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Pixels that are replaced, wholly or in part."""
        return self.mask > 0

    @property
    def ring(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Pixels around them."""
        side = 2 * _RING_PX + 1
        near = cv2.dilate(self.inside.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
        return np.asarray(near & ~self.inside)

    @property
    def unit(self) -> float:
        """Pixels of an eye distance."""
        return self.size / WIDTH


def region_of(landmarks: Float32Array) -> Region:
    """The region that suits these faces, (frame, 468, 3) in pixels."""
    mean = landmarks[:, :, :2].mean(axis=0)
    across = mean[mesh.LEFT_EYE_OUTER] - mean[mesh.RIGHT_EYE_OUTER]
    unit = float(np.hypot(*across))
    turn = np.array([[across[0], across[1]], [-across[1], across[0]]], np.float32) / unit**2
    upright = (mean - mean[168]) @ turn.T
    size = 2 * round(min(max(WIDTH * unit, SIZE_MIN), SIZE_MAX) / 2)
    corner = np.array([upright[13, 0] - WIDTH / 2, upright[4, 1] - 0.02], np.float32)
    points = ((upright - corner) * size / WIDTH).astype(np.float32)
    return Region(size=size, points=points, mask=_mask(points, size))


def _mask(points: Float32Array, size: int) -> Float32Array:
    """A rounded box from under the nose to under the chin, soft at its edge."""
    top = points[mesh.NOSE_BASE, 1] + 0.018 * size
    bottom = min(points[mesh.CHIN, 1] + 0.06 * size, 0.95 * size)
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    across = np.abs((columns - points[13, 0]) / (0.37 * size))
    down = np.abs((rows - (top + bottom) / 2) / ((bottom - top) / 2))
    from_middle = (across**3 + down**3) ** (1 / 3)
    return np.asarray(np.clip((1 - from_middle) / 0.18, 0, 1), dtype=np.float32)


def placements(landmarks: Float32Array, region: Region, *, cuts: Sequence[int] = ()) -> Float32Array:
    """From picture to region for each frame, (frame, 2, 3), calmed in time; ``cuts`` are first frames of new pieces."""
    goal = region.points[list(STEADY)]
    each = np.stack([_similarity(one[list(STEADY), :2], goal) for one in landmarks])
    return calmed(each, cuts, sigma=_STEADY_SIGMA)


def placed(landmarks: Float32Array, ways: Float32Array) -> Float32Array:
    """Where landmarks, (frame, 468, 3) in pixels, lie in the region, (frame, 468, 2)."""
    there = np.einsum("nij,nkj->nki", ways[:, :, :2], landmarks[:, :, :2]) + ways[:, None, :, 2]
    return np.asarray(there, dtype=np.float32)


def _similarity(source: Float32Array, goal: Float32Array) -> Float32Array:
    """Turn, scale and shift, (2, 3), that bring points nearest to others (least squares)."""
    middle, aim = source.mean(axis=0), goal.mean(axis=0)
    a, b = source - middle, goal - aim
    power = float((a**2).sum())
    cos, sin = float((a * b).sum()) / power, float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / power
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, aim - turn @ middle]).astype(np.float32)


def taken(picture: ByteArray, placement: Float32Array, region: Region) -> ByteArray:
    """The region of a picture, (size, size, 3)."""
    scale = float(np.hypot(placement[0, 0], placement[1, 0]))
    way = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR  # noqa: PLR2004 -- below a half, linear would alias
    size = (region.size, region.size)
    return np.asarray(cv2.warpAffine(picture, placement, size, flags=way, borderMode=cv2.BORDER_REPLICATE), np.uint8)


class Paster:
    """Lays regions back into pictures of one size."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def paste(
        self, picture: ByteArray, mouth: Float32Array, placement: Float32Array, share: Float32Array | None = None
    ) -> None:
        """Blend ``mouth``, (size, size, 3) in [0, 255], into a picture, in place.

        ``share``, (size, size) in [0, 1], is how much of each pixel is new; the region's mask where none is given.
        """
        height, width = picture.shape[:2]
        back = cv2.invertAffineTransform(placement)
        size = self._region.size
        corners = np.array([(0, 0), (size, 0), (0, size), (size, size)], np.float32) @ back[:, :2].T + back[:, 2]
        left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
        right, bottom = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, (width, height))
        if right <= left or bottom <= top:
            return
        there = back.copy()
        there[:, 2] -= (left, top)
        box = (int(right - left), int(bottom - top))
        drawn = cv2.warpAffine(mouth, there, box, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        new = self._region.mask if share is None else share
        laid = cv2.warpAffine(new, there, box, flags=cv2.INTER_LINEAR)[:, :, None]
        old = picture[top:bottom, left:right].astype(np.float32)
        picture[top:bottom, left:right] = np.clip(old + laid * (drawn - old) + 0.5, 0, 255).astype(np.uint8)


def opening_of(landmarks: Float32Array) -> Float32Array:
    """How far each mouth is open, (frame,), in eye distances."""
    gap = np.linalg.norm(landmarks[:, 14, :2] - landmarks[:, 13, :2], axis=1)
    return np.asarray(gap / np.array([eye_distance(one) for one in landmarks]), dtype=np.float32)
