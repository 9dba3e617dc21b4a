"""The room of a portrait without the person: what lay around them grows over where they stood.

It is smooth and invents nothing, so it is for a background that is out of focus.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.avatar.filling import grown
from pipelines.errors import InputInvalidError
from pipelines.media import ByteArray, Float32Array

_WORK_PX = 480  # a blurred room has no finer detail
_SEEN_MIN = 0.06  # share of the picture that must show the room
_PERSON_ABOVE = 0.02  # of the matte: the faintest rim of hair would glow around nobody
_MARGIN = 0.03  # of the work size, kept off the person: shadows and what the matte missed


def without_person(rgb: ByteArray, alpha: Float32Array, *, name: str) -> ByteArray:
    """Return the room, (height, width, 3) uint8, 480 pixels on the longer side at most.

    Args:
        rgb: the portrait, (height, width, 3) uint8.
        alpha: how much of each pixel is the person, (height, width) in [0, 1].
        name: of the file, for the message.

    Raises:
        InputInvalidError: the person fills the picture.
    """
    scale = min(1.0, _WORK_PX / max(rgb.shape[:2]))
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    picture = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    person = (cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > _PERSON_ABOVE).astype(np.uint8)
    reach = 2 * max(1, round(_MARGIN * max(size))) + 1
    person = np.asarray(cv2.dilate(person, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))), np.uint8)
    seen = (1 - person).astype(np.float32)
    if float(seen.mean()) < _SEEN_MIN:
        raise InputInvalidError(
            f"{name} shows too little of what is behind the person to blur it; take another background, or a portrait "
            "from further away"
        )
    return np.asarray(np.clip(grown(picture, seen), 0, 255) + 0.5, dtype=np.uint8)
