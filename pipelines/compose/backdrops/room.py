"""The portrait's own room, out of focus. The person is taken out of it before it comes here."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.media import ByteArray

_SOFT = 0.03  # of the frame's short side: the blur of a lens that is open wide
_GRAIN = 0.7  # levels: a blurred wall would band


def draw_room(surroundings: ByteArray, width: int, height: int, *, seed: int) -> ByteArray:
    """Return what surrounds the person, blurred and cut to cover the frame, (height, width, 3) uint8.

    Args:
        surroundings: the portrait's picture without the person (``PhotoAvatar.surroundings``).
        width: of the frame, in pixels.
        height: of the frame, in pixels.
        seed: of the grain.
    """
    scale = max(width / surroundings.shape[1], height / surroundings.shape[0])
    size = (max(width, round(surroundings.shape[1] * scale)), max(height, round(surroundings.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    whole = np.asarray(cv2.resize(surroundings, size, interpolation=way), dtype=np.float32)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    cut = whole[top : top + height, left : left + width]
    soft = cv2.GaussianBlur(cut, (0, 0), _SOFT * min(width, height))
    grain = np.random.default_rng(seed).normal(0, _GRAIN, (height, width, 1)).astype(np.float32)
    return np.asarray(np.clip(soft + grain + 0.5, 0, 255), dtype=np.uint8)
