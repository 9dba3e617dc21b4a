"""Where MuseTalk looks, and which pixels it may change.

The box is MuseTalk 1.5's: as wide as the face, centred on the lower bridge of the nose, down to the chin and as far up,
and a little further below the chin, so that a jaw that drops has room (10 px of a face of 256; here that share).
Only the jaw is replaced. The authors cut it out with a face-parsing net, trained on CelebAMask-HQ, whose licence is for
research alone; here the outline comes from our own 468 landmarks, feathered inwards, so that not one pixel outside it
changes. The new jaw is brought to the old one's colour where the two meet, because the VAE shifts colours a little.
Source: musetalk/utils/{preprocessing,blending}.py and scripts/inference.py of TMElyralab/MuseTalk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pipelines.avatar.curves import smoothstep
from pipelines.avatar.musetalk.inpainting import SIZE
from pipelines.errors import InputInvalidError
from pipelines.faces import mesh
from pipelines.media import ByteArray, Float32Array

SIDE_MIN: Final = 48  # pixels; of a smaller face nothing can be seen
_BRIDGE: Final = 5  # of the nose, low: iBUG's point 29, which MuseTalk centres on
_BELOW_CHIN: Final = 10 / 256  # of the box's height
_DROP: Final = 0.05  # of the box's height: how far the outline reaches below the jaw's own
_FEATHER: Final = 0.06  # of the box's width
_MATCH_MAX: Final = 20.0  # grey levels; a larger difference is no matter of colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Pixels of a picture; it may reach over the edge. ``right`` and ``bottom`` are excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top


def box_of(landmarks: Float32Array) -> Box:
    """The box that MuseTalk looks at, for landmarks (468, 3) in pixels.

    Raises:
        InputInvalidError: the face is too small.
    """
    points = landmarks[:, :2]
    middle, chin = float(points[_BRIDGE, 1]), float(points[list(mesh.FACE_OVAL), 1].max())
    left, right = float(points[:, 0].min()), float(points[:, 0].max())
    reach = chin - middle
    box = Box(
        left=round(left),
        top=round(middle - reach),
        right=round(right),
        bottom=round(chin + 2 * reach * _BELOW_CHIN),
    )
    if min(box.width, box.height) < SIDE_MIN:
        raise InputInvalidError(
            f"the face is {box.width} by {box.height} pixels and at least {SIDE_MIN} are needed; give a closer picture"
        )
    return box


def taken(picture: ByteArray, box: Box) -> ByteArray:
    """The box of a picture (height, width, 3), as MuseTalk wants it: (256, 256, 3). Beyond the edge it is repeated."""
    height, width = picture.shape[:2]
    rows = np.clip(np.arange(box.top, box.bottom), 0, height - 1)
    columns = np.clip(np.arange(box.left, box.right), 0, width - 1)
    cut = picture[rows[:, None], columns[None]]
    return np.asarray(cv2.resize(cut, (SIZE, SIZE), interpolation=cv2.INTER_LANCZOS4), dtype=np.uint8)


def jaw_mask(landmarks: Float32Array, box: Box) -> Float32Array:
    """What is new in a box, (height, width) in [0, 1]: 0 outside the jaw and in the box's upper half."""
    oval = landmarks[list(mesh.FACE_OVAL), :2] - np.array([box.left, box.top], np.float32)
    middle = box.height / 2
    below = oval[:, 1] > middle
    # The jaw may drop: the outline goes down, the more so the lower it is.
    share = np.clip((oval[:, 1] - middle) / (box.height - middle), 0, 1)
    oval[:, 1] += np.where(below, share * _DROP * box.height, 0)
    filled = np.zeros((box.height, box.width), np.uint8)
    cv2.fillPoly(filled, [np.round(oval).astype(np.int32)], 1)
    filled[: int(np.ceil(middle))] = 0
    edged = cv2.copyMakeBorder(filled, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)  # the box's sides are edges too
    inward = cv2.distanceTransform(edged, cv2.DIST_L2, 5)[1:-1, 1:-1]
    return smoothstep(np.asarray(inward, np.float32), 0.0, max(2.0, _FEATHER * box.width))


def paste(picture: ByteArray, face: ByteArray, box: Box, mask: Float32Array) -> None:
    """Lay a face (256, 256, 3) into a picture, in place, where the mask is above 0."""
    height, width = picture.shape[:2]
    top, bottom = max(0, box.top), min(height, box.bottom)
    left, right = max(0, box.left), min(width, box.right)
    if bottom <= top or right <= left:
        return
    inside = (slice(top - box.top, bottom - box.top), slice(left - box.left, right - box.left))
    share = mask[inside][:, :, None]
    back = cv2.resize(face, (box.width, box.height), interpolation=cv2.INTER_CUBIC)
    new = back[inside].astype(np.float32)
    old = picture[top:bottom, left:right].astype(np.float32)
    new += _off_colour(old, new, share[:, :, 0])
    picture[top:bottom, left:right] = np.clip(old + share * (new - old) + 0.5, 0, 255).astype(np.uint8)


def _off_colour(old: Float32Array, new: Float32Array, share: Float32Array) -> Float32Array:
    """How much lighter the old picture is where the two meet, (3,). The median: a moved chin is no colour."""
    seam = (share > 0) & (share < 0.5)  # noqa: PLR2004 -- the outer half of the feather
    if not seam.any():
        return np.zeros(3, np.float32)
    off = np.median(old[seam] - new[seam], axis=0)
    return np.asarray(np.clip(off, -_MATCH_MAX, _MATCH_MAX), dtype=np.float32)
